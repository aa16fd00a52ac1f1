import type { DatabaseStatus } from "./database-monitor.ts";
import type { Request, Response } from "./http/request-response.ts";

/** Why new calls should go to another server; undefined: they are welcome. */
export type UnreadyReason = string | undefined;
export type Readiness = () => UnreadyReason | Promise<UnreadyReason>;

export const STARTING = "starting";
export const DRAINING = "draining";
export const NO_DATABASE = "the database does not answer";

/** A database that can't be written still serves reads. */
export function unreadyReason({ reachable }: Readonly<DatabaseStatus>, draining: AbortSignal): UnreadyReason {
  return draining.aborted ? DRAINING : reachable ? undefined : NO_DATABASE;
}

/**
 * Answers GET /livez, by which a process is known to run, and GET /readyz, by which it is known to take calls: 200, or 503 with the reason.
 * For probes that speak no gRPC. Returns whether the request was one of them.
 */
export function answerProbe(request: Request, response: Response, readiness: Readiness): boolean {
  const path = request.url?.split("?", 1)[0];
  if ((request.method !== "GET" && request.method !== "HEAD") || (path !== "/livez" && path !== "/readyz")) {
    return false;
  }
  void Promise.resolve(path === "/livez" ? undefined : readiness()).then((reason) => {
    response.writeHead(reason === undefined ? 200 : 503, { "content-type": "text/plain", "cache-control": "no-store" });
    response.end(`${reason ?? "ok"}\n`);
  });
  return true;
}
