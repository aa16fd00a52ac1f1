import { type DestinationStream, type Logger, pino } from "pino";

/** Structured, to standard error, so that standard output stays for answers. */
export type Log = Pick<Logger, "debug" | "info" | "warn" | "error" | "isLevelEnabled">;

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** `auto`: pretty on a terminal, JSON elsewhere. */
export const LOG_FORMATS = ["auto", "json", "pretty"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/**
 * Which calls are logged. `errors`: those that end with an error, unless the caller has gone away; `slow`: these, and unary calls that take
 * too long.
 */
export const CALL_LOG_MODES = ["off", "errors", "slow", "all"] as const;
export type CallLogMode = (typeof CALL_LOG_MODES)[number];

const STDERR = 2;

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Fields of every line. */
  readonly base?: Readonly<Record<string, unknown>>;
}

/** The log of a process. */
export async function openLog({ level, format, base }: LogOptions): Promise<Log> {
  const isPretty = format === "pretty" || (format === "auto" && process.stderr.isTTY);
  return createLog(level, base, isPretty ? await prettyOutput() : undefined);
}

/** Every line has the fields of `base`. */
export function createLog(
  level: LogLevel,
  base: LogOptions["base"] | null = null,
  output: DestinationStream = pino.destination({ fd: STDERR, sync: true }),
): Log {
  return pino({ level, base, timestamp: pino.stdTimeFunctions.isoTime }, output);
}

/** Lines for people: a time of the day, a level, what happened, and the rest in one line. */
async function prettyOutput(): Promise<DestinationStream> {
  // Servers that nobody looks at need not load it.
  const { default: pretty } = await import("pino-pretty");
  const colorize = process.stderr.isTTY && process.stderr.hasColors();
  return pretty({ destination: STDERR, sync: true, colorize, singleLine: true, translateTime: "SYS:HH:MM:ss.l" });
}
