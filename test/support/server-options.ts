import { DAY } from "../../src/directory/values/clock.ts";
import type { ServerOptions } from "../../src/server/server.ts";

/** Of a server with an HTTP port alone, for tests that open its store and its log themselves. */
export const PLAIN_SERVER = {
  http: { host: "127.0.0.1", port: 0 },
  corsOrigins: [],
  maxMessageBytes: 1024 * 1024,
  changeRetention: DAY,
  maxStreams: 100,
  drainTimeoutMs: 1_000,
} as const satisfies Omit<ServerOptions, "store" | "now" | "log">;
