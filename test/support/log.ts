import { Writable } from "node:stream";
import { pino } from "pino";
import type { Log, LogLevel } from "../../src/log.ts";

export type LogLine = Readonly<Record<string, unknown>>;

/** What no log may have: secrets of keys, tokens, addresses of people, and names and metadata that tests give to users. */
const SECRET = /roster_K[0-9A-Z]{26}_|\beyJ[\w-]+\.|[\w.+-]+@[\w-]+\.[a-z]+|Ada Lovelace|Grace Hopper|planted/i;

const leaks: string[] = [];

/** Remembers the lines of a log that tell what none may tell. */
export function watchLog(text: string): void {
  leaks.push(...text.split("\n").filter((line) => line.startsWith("{") && SECRET.test(line)));
}

/** The lines that have told it since this was last called. */
export function takeLeaks(): string[] {
  return leaks.splice(0);
}

/** The log of a server that no test reads: everything is logged, and looked through. */
export function watchedLog(): Log {
  return pino({ level: "debug", base: null }, { write: watchLog });
}

/** A log of a server in this process, and what is in it so far. */
export function collectLog(level: LogLevel = "info"): { log: Log; lines: () => LogLine[] } {
  let text = "";
  const sink = new Writable({
    write(part, _, done) {
      text += part;
      watchLog(String(part));
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
