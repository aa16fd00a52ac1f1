import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import type { Fault, FaultParts } from "./fault.ts";

/** There is no room left on the disk of the database, for a while. */
export const fillDisk: Fault = {
  name: "disk-full",
  weight: 1,
  isPossible: ({ disk }) => disk.fill !== undefined,
  async do({ disk, random, timeline, count, database }) {
    timeline.add("the disk is full");
    count.add("disk full");
    disk.fill?.();
    await setTimeout(500 + random.below(1500));
    disk.makeRoom();
    timeline.add("the disk has room again");
    await database.postgres?.ensureRunning();
  },
};

/** System calls that fail, and how. */
interface Injection {
  readonly calls: string;
  readonly error: string;
  readonly every: number;
}

const INJECTIONS: readonly [Injection, ...Injection[]] = [
  { calls: "fsync,fdatasync", error: "EIO", every: 3 },
  { calls: "pwrite64,write,pwritev", error: "ENOSPC", every: 40 },
  { calls: "pwrite64,pwritev", error: "EIO", every: 40 },
  { calls: "pread64,preadv", error: "EIO", every: 25 },
];

/** Some reads and writes of the database's files fail: of a server's process on SQLite, of PostgreSQL's processes otherwise. */
export const failDisk: Fault = {
  name: "disk-errors",
  weight: 2,
  isPossible: () => hasStrace(),
  async do(parts) {
    const { random, timeline, count, database } = parts;
    const { calls, error, every } = random.pick(INJECTIONS);
    const pids = await processes(parts);
    timeline.add(`every ${every}th of ${calls} fails with ${error} in ${pids.length} processes`);
    count.add(`${calls} fail with ${error}`);
    const when = `${1 + random.below(every)}+${every}`;
    const inject = ["-e", `trace=${calls}`, "-e", `inject=${calls}:error=${error}:when=${when}`];
    const files = database.engine === "sqlite" ? databaseFiles(parts).flatMap((path) => ["-P", path]) : [];
    const strace = spawn(
      "strace",
      ["-f", "-qq", "-o", "/dev/null", ...inject, ...files, ...pids.flatMap((pid) => ["-p", String(pid)])],
      { stdio: "ignore" },
    );
    const ended = once(strace, "close");
    await Promise.race([ended, setTimeout(700 + random.below(1000))]);
    strace.kill("SIGTERM");
    await ended;
    timeline.add("reads and writes work again");
    await database.postgres?.ensureRunning();
  },
};

async function processes({ database, fleet, random }: FaultParts): Promise<number[]> {
  if (database.postgres !== undefined) return database.postgres.backends();
  const { server } = random.pick([fleet.veteran, ...fleet.victims]);
  return server === undefined ? [] : [server.pid, ...server.workers()];
}

function databaseFiles({ disk }: FaultParts): string[] {
  return ["", "-wal", "-shm"].map((suffix) => `${disk.folder}/roster.db${suffix}`);
}

let straceWorks: boolean | undefined;

function hasStrace(): boolean {
  straceWorks ??= spawnSync("strace", ["-qq", "-o", "/dev/null", "true"]).status === 0;
  return straceWorks;
}
