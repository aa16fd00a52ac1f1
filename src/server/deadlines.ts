import type { IncomingHttpHeaders } from "node:http";

/** A timer of Node that is set for longer goes off at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

const UNITS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000 };

/** Removes deadlines that are too far away for a timer of Node. For a call they mean the same as none. */
export function dropFarDeadlines(headers: IncomingHttpHeaders): void {
  const [, count, unit = ""] = /^(\d{1,8})([HMS])$/.exec(String(headers["grpc-timeout"])) ?? [];
  if (Number(count) * (UNITS[unit] ?? 0) > MAX_TIMEOUT_MS) {
    delete headers["grpc-timeout"];
  }
  const [milliseconds] = /^\d{1,10}$/.exec(String(headers["connect-timeout-ms"])) ?? [];
  if (Number(milliseconds) > MAX_TIMEOUT_MS) {
    delete headers["connect-timeout-ms"];
  }
}
