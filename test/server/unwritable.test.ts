import { execFileSync, spawnSync } from "node:child_process";
import { rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Client, Code } from "@connectrpc/connect";
import { expect, test, vi } from "vitest";
import { Health, HealthCheckResponse_ServingStatus as Status } from "../../gen/grpc/health/v1/health_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { mountSmallDisk } from "../db/disk.ts";
import { LONG } from "../support/bounds.ts";
import { clientOf, failure } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { logLines } from "../support/log.ts";
import { METRICS, samplesOf } from "../support/metrics.ts";
import { type ServerProcess, spawnServer } from "../support/process.ts";
import { spawnWithWorkers } from "../workers/workers.ts";

const MIB = 1024 * 1024;
const ENV = { ...METRICS, ROSTER_LOG_LEVEL: "info" };
const BEGUN = "the database can't be written; reads go on";
const OVER = "the database can be written again";

/** A place for a database, and ways to make it refuse writes and take them again. */
interface Fault {
  readonly folder: string;
  begin(pid: number | undefined): void;
  end(pid: number | undefined): void;
}

const FAULTS: Record<string, () => Fault | undefined> = {
  "a disk that is full": () => {
    const folder = mountSmallDisk(16 * MIB);
    if (folder === undefined) return undefined;
    const ballast = join(folder, "ballast");
    return {
      folder,
      begin: () => {
        const { bavail, bsize } = statfsSync(folder);
        writeFileSync(ballast, Buffer.alloc(bavail * bsize));
      },
      end: () => rmSync(ballast),
    };
  },
  "files that may not grow": () =>
    spawnSync("prlimit", ["--version"]).status === 0
      ? {
          folder: testFolder(),
          begin: (pid) => execFileSync("prlimit", ["--pid", `${pid}`, "--fsize=1:"]),
          end: (pid) => execFileSync("prlimit", ["--pid", `${pid}`, "--fsize=unlimited:"]),
        }
      : undefined,
};

test.for(Object.keys(FAULTS))(
  "%s: told once when it begins and once when it ends; reads go on",
  LONG,
  async (name, { skip }) => {
    const fault = FAULTS[name]?.();
    if (fault === undefined) return skip("this machine can't do that");
    const server = await spawnServer(fault.folder, { env: ENV });
    const users = clientOf(UserService, server.url, server.secret);
    const { user } = await users.createUser({ user: { name: "Before" } });
    expect(await gauges(server)).toEqual({ reachable: 1, writable: 1 });

    fault.begin(server.child.pid);
    await failUntilTold(users, server);
    for (let calls = 0; calls < 20; calls += 1) await refused(users);
    expect(await gauges(server)).toEqual({ reachable: 1, writable: 0 });
    expect((await users.getUser({ key: { case: "id", value: user?.id ?? "" } })).user).toEqual(user);
    expect(await clientOf(Health, server.url, undefined).check({})).toMatchObject({ status: Status.SERVING });

    fault.end(server.child.pid);
    await vi.waitFor(() => expect(logged(server, OVER)).toHaveLength(1), 15_000);
    expect(await gauges(server)).toEqual({ reachable: 1, writable: 1 });
    await users.createUser({ user: { name: "After" } });
    expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
    expect(problems(server)).toEqual([
      expect.objectContaining({ level: 50, msg: BEGUN, cause: expect.stringMatching(/SQLITE_(FULL|IOERR_WRITE)/) }),
    ]);
    expect(logged(server, OVER)).toMatchObject([{ level: 30 }]);
  },
);

test("a worker whose writes fail says so, and is told apart in the metrics", LONG, async ({ skip }) => {
  const fault = FAULTS["a disk that is full"]?.();
  if (fault === undefined) return skip("this machine can't do that");
  const server = await spawnWithWorkers(fault.folder, 2, METRICS);
  const [users] = await server.connections();
  fault.begin(server.child.pid);
  const worker = await server.answering("CreateUser", () => failUntilTold(users ?? expect.fail("no connection"), server));
  expect(server.logged(BEGUN)).toMatchObject([{ worker }]);
  const byWorker = await samplesOf(server);
  expect(byWorker.get(`roster_database_writable{worker="${worker}"}`)).toBe(0);
  expect(byWorker.get(`roster_database_writable{worker="${worker === 1 ? 2 : 1}"}`)).toBe(1);
  fault.end(server.child.pid);
  await vi.waitFor(() => expect(server.logged(OVER)).toMatchObject([{ worker }]), 15_000);
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
});

async function refused(users: Client<typeof UserService>): Promise<void> {
  const about = "x".repeat(10_000);
  const error = await failure(users.createUser({ user: { about } }), Code.Unavailable, "STORE_UNAVAILABLE");
  expect(error.rawMessage).toBe("the database can't be written; try again");
}

async function failUntilTold(users: Client<typeof UserService>, server: ServerProcess): Promise<void> {
  await vi.waitFor(async () => {
    await refused(users);
    expect(logged(server, BEGUN)).not.toEqual([]);
  }, 15_000);
}

async function gauges(server: ServerProcess) {
  const samples = await samplesOf(server);
  return { reachable: samples.get("roster_database_reachable"), writable: samples.get("roster_database_writable") };
}

const logged = (server: ServerProcess, message: string) => logLines(server.log()).filter(({ msg }) => msg === message);

/** What is more than information. */
const problems = (server: ServerProcess) => logLines(server.log()).filter(({ level }) => Number(level) > 30);
