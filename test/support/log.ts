import { Writable } from "node:stream";
import { pino } from "pino";
import type { Log, LogLevel } from "../../src/log.ts";

export type LogLine = Readonly<Record<string, unknown>>;

/** A log of a server in this process, and what is in it so far. */
export function collectLog(level: LogLevel = "info"): { log: Log; lines: () => LogLine[] } {
  let text = "";
  const sink = new Writable({
    write(part, _, done) {
      text += part;
      done();
    },
  });
  return { log: pino({ level, base: null }, sink), lines: () => logLines(text) };
}

/** The lines of a log that are whole. */
export function logLines(text: string): LogLine[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line): LogLine => JSON.parse(line));
}
