import { type Logger, pino } from "pino";

/** Structured, to standard error, so that standard output stays for answers. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "isLevelEnabled">;

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * Which calls are logged. `errors`: those that end with an error, unless the caller has gone away; `slow`: these, and unary calls that take
 * too long.
 */
export const CALL_LOG_MODES = ["off", "errors", "slow", "all"] as const;
export type CallLogMode = (typeof CALL_LOG_MODES)[number];

/** Every line has the fields of `base`. */
export function createLog(level: LogLevel, base: Readonly<Record<string, unknown>> | null = null): Log {
  return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ fd: 2, sync: true }));
}
