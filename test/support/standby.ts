import { chownSync, cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { freePort, type PostgresServer, readPid, serverIn, withClient } from "./postgres.ts";

/** A server that follows another: it replays its write-ahead log as it comes. */
export interface StandbyServer extends Pick<PostgresServer, "url" | "start" | "stop" | "remove"> {
  /** Its processes stop where they are, connections stay open, and nothing answers. */
  freeze(): void;
  thaw(): void;
}

/** Starts a standby of the server from a copy that is made while the server runs. */
export async function startStandby({ url, folder }: PostgresServer, name: string): Promise<StandbyServer> {
  const primary = new URL(url);
  const data = join(folder, "..", name);
  await withClient(`${url}/postgres`, async (client) => {
    await client.query("select pg_backup_start($1, true)", [name]);
    cpSync(folder, data, { recursive: true, filter: (path) => !/\/(postmaster\.(pid|opts)|pg_wal\/.+)$/.test(path) });
    const { rows } = await client.query("select labelfile, spcmapfile from pg_backup_stop(false)");
    writeFileSync(join(data, "backup_label"), rows[0].labelfile);
  });
  writeFileSync(join(data, "standby.signal"), "");
  const { uid, gid } = statSync(folder);
  for (const path of [".", ...readdirSync(data, { recursive: true, encoding: "utf8" })])
    chownSync(join(data, path), uid, gid);
  const port = await freePort();
  const login = `host=${primary.hostname} port=${primary.port} user=${primary.username} password=${primary.password}`;
  const server = serverIn(data, port, { primary_conninfo: login, wal_retrieve_retry_interval: "200ms" });
  const standbyUrl = `${primary.protocol}//${primary.username}:${primary.password}@127.0.0.1:${port}`;
  async function start(): Promise<void> {
    // It waits for a server that takes writes.
    server.start().catch(() => {});
    await untilAnswers(standbyUrl);
  }
  const signalAll = (signal: "SIGSTOP" | "SIGCONT") => {
    const pid = readPid(join(data, "postmaster.pid"));
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
    for (const one of [pid, ...children]) process.kill(one, signal);
  };
  await start();
  return {
    url: standbyUrl,
    freeze: () => signalAll("SIGSTOP"),
    thaw: () => signalAll("SIGCONT"),
    start,
    stop: () => server.stop(),
    async remove() {
      await server.stop();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function untilAnswers(url: string): Promise<void> {
  for (;;) {
    const answer = await withClient(`${url}/postgres`, async () => true).catch(() => false);
    if (answer) return;
    await setTimeout(20);
  }
}
