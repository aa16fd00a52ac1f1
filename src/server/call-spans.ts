import type { IncomingHttpHeaders } from "node:http";
import type { CallIds } from "../rpc/call-ids.ts";
import { PERMISSIONS } from "../rpc/permissions/permissions.ts";
import type { CallSpan, Tracer } from "../tracing/span.ts";

/** A request, and the response or stream that ends with it. */
export interface TracedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  readonly response: { once(event: "close", listener: () => void): unknown };
}

/** Begins the span of a call, which ends when the response has. Undefined: it is not traced, or is no call of Roster's own services. */
export function beginCallSpan(
  tracer: Tracer | undefined,
  ids: CallIds,
  { path, headers, address, response }: TracedRequest,
): CallSpan | undefined {
  const method = path.slice(1);
  if (tracer === undefined || !PERMISSIONS.has(method)) {
    return undefined;
  }
  const span = tracer.beginCall({ method, headers, address });
  if (span !== undefined) {
    ids.span = span;
    response.once("close", () => span.end());
  }
  return span;
}

/** Runs work as a part of the span, if there is one. */
export function within<T>(span: CallSpan | undefined, work: () => T): T {
  return span === undefined ? work() : span.run(work);
}
