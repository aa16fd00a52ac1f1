import type { Client } from "@connectrpc/connect";
import { expect } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, type Protocol } from "../support/clients.ts";
import { type ServerProcess, spawnServer } from "../support/process.ts";

export interface ServerWithWorkers extends ServerProcess {
  /** The process ids of the workers that have served so far, by worker id. */
  workers(): Map<number, number>;
  /** The lines of the log that say this. */
  logged(message: string): Array<Readonly<Record<string, unknown>>>;
  /** Calls the method, and returns the id of the worker that has answered. The test must not call it otherwise: logs come late. */
  answering(method: string, call: () => Promise<unknown>): Promise<number>;
  /** A client for each worker, on a connection of its own. `probe` calls the method. */
  reachAll<C>(open: () => C, method: string, probe: (client: C) => Promise<unknown>): Promise<C[]>;
  /** Of the user service. */
  connections(secret?: string, protocol?: Protocol): Promise<Array<Client<typeof UserService>>>;
}

/** A server of several processes on a database in the folder. */
export async function spawnWithWorkers(
  folder: string,
  count: number,
  env: NodeJS.ProcessEnv = {},
): Promise<ServerWithWorkers> {
  const settings = {
    ROSTER_WORKERS: String(count),
    ROSTER_LOG_LEVEL: "debug",
    ROSTER_LOG_CALLS: "all",
    ROSTER_GRPC_ADDRESS: "127.0.0.1:0",
    ...env,
  };
  const spawned = await spawnServer(folder, { env: settings });
  const logged: ServerWithWorkers["logged"] = (message) =>
    spawned
      .log()
      .split("\n")
      .filter((line) => line.startsWith("{") && line.endsWith("}"))
      .map((line) => JSON.parse(line))
      .filter((line) => line.msg === message);
  const server: ServerWithWorkers = {
    ...spawned,
    workers: () => new Map(logged("serving").map(({ worker, pid }) => [Number(worker), Number(pid)])),
    logged,
    async answering(method, call) {
      const calls = () => logged("call").filter((line) => String(line["method"]).endsWith(`/${method}`));
      const before = calls().length;
      await call();
      await expect.poll(() => calls().length).toBeGreaterThan(before);
      return Number(calls().at(-1)?.["worker"]);
    },
    reachAll: (open, method, probe) => reachAll(count, open, (client) => server.answering(method, () => probe(client))),
    connections: (secret = spawned.secret, protocol = "gRPC, HTTP/2") =>
      server.reachAll(
        () => clientOf(UserService, spawned.url, secret, protocol),
        "ListUserChanges",
        (users) => users.listUserChanges({}),
      ),
  };
  return server;
}

/** Connections are handed out in turn: some more than there are workers reach them all. */
async function reachAll<C>(count: number, open: () => C, answering: (client: C) => Promise<number>): Promise<C[]> {
  const byWorker = new Map<number, C>();
  for (let tries = 0; byWorker.size < count; tries += 1) {
    expect(tries).toBeLessThan(count * 5);
    const client = open();
    byWorker.set(await answering(client), client);
  }
  return [...byWorker.values()];
}

export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
