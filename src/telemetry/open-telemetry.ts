import { setTimeout } from "node:timers/promises";
import { DiagLogLevel, diag, trace } from "@opentelemetry/api";
import {
  envDetector,
  hostDetector,
  osDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
} from "@opentelemetry/resources";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from "@opentelemetry/semantic-conventions";
import type { Log } from "../log.ts";
import { VERSION } from "../version.ts";
import { createMetricReaders } from "./metric-reader.ts";
import type { Signals, Telemetry } from "./telemetry.ts";
import { createTracer } from "./tracer.ts";

/** A collector that does not answer must not keep a server from ending. */
const STOP_TIMEOUT_MS = 5_000;
const REPEAT_MS = 60_000;

/** Sends to a collector. All settings are the standard ones of OpenTelemetry, which its packages read from the environment. */
export async function openTelemetry(log: Log, { traces, readMetrics }: Signals): Promise<Telemetry> {
  tellProblems(log);
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: "roster", [ATTR_SERVICE_VERSION]: VERSION }),
    metricReaders: readMetrics === undefined ? [] : await createMetricReaders(readMetrics, process.env),
    logRecordProcessors: [],
    // Not that of the process: it would send its command line, where a secret may stand.
    ...(process.env["OTEL_NODE_RESOURCE_DETECTORS"]
      ? {}
      : { resourceDetectors: [serviceInstanceIdDetector, hostDetector, osDetector, envDetector] }),
    ...(traces ? {} : { spanProcessors: [] }),
  });
  sdk.start();
  return {
    tracer: traces ? createTracer(trace.getTracer("roster", VERSION)) : undefined,
    async stop() {
      const stopped = sdk.shutdown().catch((error: unknown) => log.warn({ cause: String(error) }, PROBLEM));
      await Promise.race([stopped, setTimeout(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    },
  };
}

const PROBLEM = "telemetry";

/** What OpenTelemetry has to say about itself: that a collector can't be reached, that a setting is wrong. The same not every second. */
function tellProblems(log: Log): void {
  let last = { cause: "", time: 0 };
  const tell = (text: string) => {
    const cause = messageIn(text);
    const time = performance.now();
    if (cause === last.cause && time - last.time < REPEAT_MS) return;
    last = { cause, time };
    // Also its errors are none of the server.
    log.warn({ cause }, PROBLEM);
  };
  const ignore = () => {};
  diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
}

/** Its errors are texts of JSON, with their stacks. */
function messageIn(text: string): string {
  if (!text.startsWith("{")) return text;
  try {
    return String(JSON.parse(text).message ?? text);
  } catch {
    return text;
  }
}
