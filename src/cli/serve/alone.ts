import type { Config } from "../../config/load.ts";
import type { Log } from "../../log.ts";
import type { MetricsPort } from "../../server/metrics/port.ts";
import { createMeter } from "../../server/metrics/process-metrics.ts";
import { showSurvey } from "../../server/metrics/survey-metrics.ts";
import { STARTING } from "../../server/probes.ts";
import type { RosterServer } from "../../server/server.ts";
import { startTelemetry } from "../../telemetry/start.ts";
import { greeting } from "./greeting.ts";
import { listen } from "./listen.ts";
import { exposeMetrics } from "./metrics.ts";
import { firstKey, openDirectory } from "./open-directory.ts";
import { signInCode } from "./sign-in-code.ts";
import { waitForSignal } from "./signals.ts";

/** Runs a server that is this one process. */
export async function serveAlone(config: Config, log: Log): Promise<void> {
  const meter = createMeter();
  const readMetrics = async () => [await (await import("../../server/metrics/metrics.ts")).measure(meter)];
  const { tracer, stop: stopTelemetry } = await startTelemetry(process.env, log, { traces: true, readMetrics });
  const directory = await openDirectory(config, log, { meter, tracer });
  showSurvey(meter, directory.store);
  let metrics: MetricsPort | undefined;
  let server: RosterServer | undefined;
  const readiness = () => (server === undefined ? STARTING : server.readiness());
  try {
    metrics = await exposeMetrics(config, readMetrics, readiness, log);
    const secret = await firstKey(directory, config);
    const code = signInCode(config, secret, process.stdout.isTTY);
    server = await listen({ ...config, meter, tracer, signInCode: code }, directory, log);
    const signalled = waitForSignal();
    process.stdout.write(greeting({ ...server, metrics }, config, secret, code?.code));
    const signal = await signalled;
    log.info({ signal }, "draining; a second signal ends it at once");
    await server.stop();
    log.info("stopped");
  } finally {
    await metrics?.close();
    await directory.store.close();
    await stopTelemetry();
  }
}
