import type { Config } from "../../config/load.ts";
import type { Log } from "../../log.ts";
import { CallMetrics } from "../../rpc/pipeline/call-metrics.ts";
import { DatabaseStatus } from "../../server/database-monitor.ts";
import type { MetricsPort } from "../../server/metrics/port.ts";
import { STARTING } from "../../server/probes.ts";
import type { RosterServer } from "../../server/server.ts";
import { greeting } from "./greeting.ts";
import { listen } from "./listen.ts";
import { exposeMetrics } from "./metrics.ts";
import { firstKey, openDirectory } from "./open-directory.ts";
import { waitForSignal } from "./signals.ts";

/** Runs a server that is this one process. */
export async function serveAlone(config: Config, log: Log): Promise<void> {
  const directory = await openDirectory(config, log);
  const measurements = { callMetrics: new CallMetrics(), databaseStatus: new DatabaseStatus() };
  const readMetrics = async () => [await (await import("../../server/metrics/metrics.ts")).measure(measurements)];
  let metrics: MetricsPort | undefined;
  let server: RosterServer | undefined;
  const readiness = () => (server === undefined ? STARTING : server.readiness());
  try {
    metrics = await exposeMetrics(config, readMetrics, readiness, log);
    const secret = await firstKey(directory, config);
    server = await listen({ ...config, ...measurements }, directory, log);
    const signalled = waitForSignal();
    process.stdout.write(greeting({ ...server, metrics }, config, secret));
    const signal = await signalled;
    log.info({ signal }, "draining; a second signal ends it at once");
    await server.stop();
    log.info("stopped");
  } finally {
    await metrics?.close();
    await directory.store.close();
  }
}
