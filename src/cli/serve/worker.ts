import cluster from "node:cluster";
import type { Config } from "../../config/load.ts";
import { openLog } from "../../log.ts";
import { createMeter } from "../../server/metrics/process-metrics.ts";
import { startTelemetry } from "../../telemetry/start.ts";
import { Channel } from "../../workers/channel.ts";
import { listen } from "./listen.ts";
import { openDirectory } from "./open-directory.ts";
import { waitForSignal } from "./signals.ts";

/** Runs as a worker of a server of several processes, until the primary says so or has gone, or a signal comes. */
export async function serveWorker(config: Config): Promise<void> {
  const base = { worker: cluster.worker?.id };
  const log = await openLog({ level: config.logLevel, format: config.logFormat, base });
  const meter = createMeter();
  const channel = new Channel(async () => {
    const { measure } = await import("../../server/metrics/metrics.ts");
    return measure(meter, { worker: cluster.worker?.id });
  });
  const share = (limit: number) => Math.max(1, Math.floor(limit / config.workers));
  const { tracer, stop: stopTelemetry } = await startTelemetry(process.env, log, { traces: true });
  const directory = await openDirectory(config, log, {
    tracer,
    poolSize: share(config.databasePoolSize),
    commitEventBus: channel.eventBus,
    writeLease: channel.writeLease,
    meter,
  });
  try {
    await channel.join();
    const limits = {
      maxStreams: share(config.maxStreams),
      prunes: false,
      rateLimiter: channel.rateLimiter,
      meter,
      tracer,
    };
    const { http, grpc, stop } = await listen({ ...config, ...limits }, directory, log);
    const signalled = waitForSignal();
    channel.send({
      type: "ready",
      http: { host: http.host, port: http.port },
      grpc: grpc && { host: grpc.host, port: grpc.port },
    });
    log.info({ pid: process.pid }, "serving");
    const reason = await Promise.race([signalled, channel.drained]);
    log.debug({ reason }, "draining");
    await stop();
  } finally {
    await directory.store.close();
    await stopTelemetry();
  }
}
