import type { Environment } from "../config/environment.ts";
import type { Log } from "../log.ts";
import type { Signals, Telemetry } from "./telemetry.ts";

const NONE: Telemetry = { tracer: undefined, stop: async () => {} };

/** Sends to a collector what the environment asks for, of what this process has. */
export async function startTelemetry(env: Environment, log: Log, has: Partial<Signals>): Promise<Telemetry> {
  const signals = {
    traces: has.traces === true && isWanted("TRACES", env),
    readMetrics: isWanted("METRICS", env) ? has.readMetrics : undefined,
  };
  if (!signals.traces && signals.readMetrics === undefined) {
    return NONE;
  }
  // A server that tells nobody loads nothing of it.
  const { openTelemetry } = await import("./open-telemetry.ts");
  return openTelemetry(log, signals);
}

/** What the standard settings of OpenTelemetry ask for: nothing, unless one of them names an exporter or a place to send to. */
function isWanted(signal: "TRACES" | "METRICS", env: Environment): boolean {
  if (env["OTEL_SDK_DISABLED"]?.trim().toLowerCase() === "true") {
    return false;
  }
  const exporter = env[`OTEL_${signal}_EXPORTER`]?.trim();
  const endpoint = env["OTEL_EXPORTER_OTLP_ENDPOINT"] || env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`];
  return exporter ? exporter !== "none" : Boolean(endpoint);
}
