import { type EngineName, openDatabase } from "../soak/servers/database.ts";
import { readResources } from "../soak/servers/resources.ts";
import { type RosterProcess, startRoster } from "../soak/servers/roster-process.ts";
import { openDisk } from "../soak/servers/small-disk.ts";
import { mintSecret } from "../src/directory/keys/api-key.ts";
import { createIdSource } from "../src/directory/values/id.ts";
import type { Findings } from "./finding.ts";
import type { Origins } from "./send/sender.ts";

/** The server that is attacked: a process of its own, on a database of its own. */
export interface Target {
  readonly server: RosterProcess;
  readonly origins: Origins;
  /** Of its first super admin. */
  readonly secret: string;
  /** Exports and watches that it counts as open. */
  openStreams(): Promise<number>;
  openFiles(): number;
  close(): Promise<void>;
}

const DISK_MIB = 2048;
/** Levels of the log from which nothing is expected: error and fatal. */
const ERROR_LEVEL = 50;

export async function openTarget(command: string, engine: EngineName, findings: Findings): Promise<Target> {
  const disk = openDisk(DISK_MIB);
  const database = await openDatabase(engine, disk.folder);
  const secret = mintSecret(createIdSource()("K"));
  const env = { ...SETTINGS, ROSTER_DATABASE_URL: database.directUrl, ROSTER_BOOTSTRAP_KEY: secret };
  const server = await startRoster(command, env, (line) => {
    if (isDefect(line)) findings.add({ what: `the log has: ${line}` });
  });
  return {
    server,
    secret,
    origins: { http: new URL(server.url), grpc: new URL(server.grpcUrl) },
    openStreams: () => readOpenStreams(server.metricsUrl),
    openFiles: () => readResources(server.pid).files,
    async close() {
      await server.end("SIGTERM");
      await database.close();
      disk.remove();
    },
  };
}

const SETTINGS = {
  ROSTER_HTTP_ADDRESS: "127.0.0.1:0",
  ROSTER_GRPC_ADDRESS: "127.0.0.1:0",
  ROSTER_METRICS_ADDRESS: "127.0.0.1:0",
  ROSTER_LOG_LEVEL: "warn",
  ROSTER_LOG_FORMAT: "json",
  // Otherwise most requests with an odd key would get no further than this.
  ROSTER_AUTH_FAILURE_LIMIT: "off",
  ROSTER_INDEXED_METADATA: "plan,a",
  ROSTER_DRAIN_TIMEOUT: "5s",
};

/** A line that is no JSON was written by nobody: what Node says before it ends, for example. */
function isDefect(line: string): boolean {
  if (line === "") return false;
  try {
    const { level }: { level?: unknown } = JSON.parse(line);
    return Number(level) >= ERROR_LEVEL;
  } catch {
    return true;
  }
}

async function readOpenStreams(metricsUrl = ""): Promise<number> {
  const text = await (await fetch(metricsUrl)).text();
  const values = [...text.matchAll(/^roster_open_streams\S* (\d+)$/gm)].map(([, value]) => Number(value));
  return values.reduce((sum, value) => sum + value, 0);
}
