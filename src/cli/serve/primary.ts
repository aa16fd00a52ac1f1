import type { Config } from "../../config/load.ts";
import type { Log } from "../../log.ts";
import type { Meter } from "../../metrics/meter.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { MetricsPort } from "../../server/metrics/port.ts";
import { createMeter } from "../../server/metrics/process-metrics.ts";
import { showSurvey } from "../../server/metrics/survey-metrics.ts";
import { NO_DATABASE, type UnreadyReason } from "../../server/probes.ts";
import { startPruning } from "../../server/pruning.ts";
import { startTelemetry } from "../../telemetry/start.ts";
import { FirstWorkerEnded, Supervisor } from "../../workers/supervisor.ts";
import { greeting } from "./greeting.ts";
import { exposeMetrics } from "./metrics.ts";
import { firstKey, openDirectory } from "./open-directory.ts";
import { waitForSignal } from "./signals.ts";

/**
 * Runs a server of several processes, as the one that starts the others: it opens the ports, brings the database up to date, makes the
 * first key, prunes, and answers for metrics.
 */
export async function servePrimary(config: Config, log: Log): Promise<void> {
  const meter = createMeter();
  const supervisor = new Supervisor(config.workers, log, meter);
  // No bus for commit events: what this process writes is remembered nowhere. No replicas: it answers no reads.
  const options = { poolSize: 1, writeLease: supervisor.writeLease, meter, replicaUrls: [] };
  const { store, sources } = await openDirectory(config, log, options);
  showSurvey(meter, store);
  const stopPruning = startPruning({ ...config, store, now: sources.clock, log, meter });
  const reload = () => supervisor.reload();
  if (config.issuersFile !== undefined) process.on("SIGHUP", reload);
  const readMetrics = () => metricsOf(supervisor, meter);
  const telemetry = await startTelemetry(process.env, log, { readMetrics });
  let metrics: MetricsPort | undefined;
  try {
    metrics = await exposeMetrics(config, readMetrics, () => readinessOf(supervisor), log);
    const secret = await firstKey({ store, sources }, config);
    const addresses = await supervisor.start();
    const signalled = waitForSignal(() => supervisor.kill());
    process.stdout.write(greeting({ ...addresses, metrics }, config, secret));
    const signal = await signalled;
    log.info({ signal }, "draining; a second signal ends it at once");
    await supervisor.drain(config.drainTimeoutMs);
    log.info("stopped");
  } catch (error) {
    if (!(error instanceof FirstWorkerEnded)) {
      throw error;
    }
    process.exitCode = error.exitCode;
  } finally {
    process.off("SIGHUP", reload);
    stopPruning();
    await metrics?.close();
    await store.close();
    await telemetry.stop();
  }
}

async function metricsOf(supervisor: Supervisor, meter: Meter): Promise<Array<readonly Metric[]>> {
  const { measure } = await import("../../server/metrics/metrics.ts");
  const [own, ofWorkers] = await Promise.all([measure(meter, { worker: "primary" }), supervisor.metrics()]);
  return [own, ...ofWorkers];
}

async function readinessOf(supervisor: Supervisor): Promise<UnreadyReason> {
  const { reachesDatabase } = await import("../../server/metrics/metrics.ts");
  const reason = supervisor.unreadyReason();
  if (reason !== undefined) {
    return reason;
  }
  const answers = await supervisor.metrics();
  return answers.length === 0 ? "no worker answers" : reachesDatabase(answers) ? undefined : NO_DATABASE;
}
