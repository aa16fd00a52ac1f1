import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { expect, test } from "vitest";
import { UserService, WatchUsersRequestSchema } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, grpcPortOf } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { type ServerProcess, spawnServer } from "../support/process.ts";
import { fill } from "./fill.ts";

const MIB = 1024 * 1024;
const READERS = 12;

interface Ask {
  readonly path: string;
  readonly message: Uint8Array;
}

const EXPORT: Ask = { path: "/roster.v1.UserService/ListUsersChunked", message: new Uint8Array() };
const INITIAL_STATE = create(WatchUsersRequestSchema, { start: { case: "withInitialState", value: true } });
const WATCH: Ask = {
  path: "/roster.v1.UserService/WatchUsers",
  message: toBinary(WatchUsersRequestSchema, INITIAL_STATE),
};

/** Asks for a stream, and takes one piece of it. */
async function stallOverHttp1({ url, secret }: ServerProcess, { path, message }: Ask) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const head = `POST ${path} HTTP/1.1\r\nhost: x\r\nx-api-key: ${secret}\r\ncontent-type: application/grpc-web+proto\r\n`;
  socket.write(`${head}content-length: ${5 + message.length}\r\n\r\n`);
  socket.write(encodeEnvelope(0, message));
  await once(socket, "readable");
  return () => socket.destroy();
}

async function stallOverHttp2(url: string, secret: string, { path, message }: Ask) {
  const session = connectHttp2(url);
  const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", "x-api-key": secret };
  const stream = session.request(headers, { endStream: false });
  stream.end(encodeEnvelope(0, message));
  await once(stream, "readable");
  return () => session.destroy();
}

function residentBytes({ child }: ServerProcess): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, "utf8")) ?? [];
  return Number(kibibytes) * 1024;
}

test.skipIf(!existsSync("/proc/self/status")).each([EXPORT, WATCH])(
  "readers that stall cost the server neither memory nor the time of others: $path",
  async (ask) => {
    const server = await spawnServer(testFolder(), { env: { ROSTER_DRAIN_TIMEOUT: "1s" } });
    const users = clientOf(UserService, server.url, server.secret);
    await fill(users, 4_000, 10_000);
    const before = residentBytes(server);
    const hangUps: Array<() => void> = [];
    for (let reader = 0; reader < READERS; reader++) {
      hangUps.push(await stallOverHttp1(server, ask));
      for (const url of [server.url, grpcPortOf(server.url)]) {
        hangUps.push(await stallOverHttp2(url, server.secret, ask));
      }
    }
    let most = 0;
    for (let call = 0; call < 200; call++) {
      const start = performance.now();
      expect((await users.listUsers({ pageSize: 1 })).users).toHaveLength(1);
      expect(performance.now() - start).toBeLessThan(5_000);
      most = Math.max(most, residentBytes(server));
    }
    // Held in memory, the streams would take 36 times 40 MiB.
    expect(most - before).toBeLessThan(300 * MIB);
    for (const hangUp of hangUps) {
      hangUp();
    }
    expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
  },
);
