import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:http2";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Call } from "../harness/call.ts";
import { type Load, load, readTimes, SIXTY_FOUR } from "../harness/h2load.ts";
import { atMost, type Outcome } from "../harness/outcome.ts";
import { interleave, percentile } from "../harness/rounds.ts";
import { ROSTER } from "../harness/servers.ts";
import { number } from "../harness/table.ts";
import type { Work } from "../harness/world.ts";
import { exportSeconds, tryExport } from "./export.ts";
import { tryGetUser } from "./get-user.ts";

const SECONDS = 2;
const SLOW_READ_BYTES = 16 * 1024;
const SLOW_READ_MS = 5;
const CONDITIONS = {
  "64 in flight": SIXTY_FOUR,
  "500 calls a second": { clients: 4, streams: 16, rate: 125 },
} as const satisfies Record<string, Pick<Load, "clients" | "streams" | "rate">>;

export const latency: Work = {
  name: "latency",
  async run(world) {
    const { [ROSTER]: roster } = await world.servers();
    const get = await tryGetUser(roster);
    const stream = await tryExport(roster, world);
    // Pages that come from the disk say more of the disk than of the server.
    await exportSeconds(stream, roster);
    const outcomes: Outcome[] = [];
    for (const [condition, options] of Object.entries(CONDITIONS)) {
      const p99 = async () => {
        const logFile = join(roster.folder, "latency.log");
        await load(get, { ...options, seconds: SECONDS, logFile });
        return percentile(readTimes(logFile), 0.99) * 1000;
      };
      const [busy, quiet] = ["streams", "idle"] as const;
      const samples = await interleave(world.rounds, { [busy]: () => whileStreaming(stream, p99), [quiet]: p99 });
      const verdicts = [atMost(3, "idle", samples[busy], samples[quiet])];
      const work = `GetUser, gRPC, ${condition}: 99th percentile while ${number(world.users)} users stream to a fast and a slow reader`;
      outcomes.push({ work, unit: "ms", samples, verdicts });
    }
    return outcomes;
  },
};

/** One reader takes all it can get, one export after the other; another about 3 MB a second. */
async function whileStreaming<T>(stream: Call, measure: () => Promise<T>): Promise<T> {
  const ending = new AbortController();
  const reading = [readFast(stream, ending.signal), readSlowly(stream, ending.signal)];
  try {
    return await measure();
  } finally {
    ending.abort();
    await Promise.all(reading);
  }
}

async function readFast(stream: Call, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await load(stream, { clients: 1, streams: 1, calls: 1, signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}

async function readSlowly({ url, headers, bodyFile }: Call, signal: AbortSignal): Promise<void> {
  const { origin, pathname } = new URL(url);
  const session = connect(origin);
  const stream = session.request({ ":method": "POST", ":path": pathname, ...headers });
  stream.end(readFileSync(bodyFile));
  await once(stream, "response");
  while (!signal.aborted && !stream.readableEnded) {
    stream.read(SLOW_READ_BYTES);
    await setTimeout(SLOW_READ_MS);
  }
  session.destroy();
}
