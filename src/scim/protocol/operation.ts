import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import type { JsonValue } from "../../directory/values/json.ts";
import { CallIds, idsOf } from "../../rpc/call-ids.ts";
import type { CallContext } from "../../rpc/pipeline/call.ts";
import { type Peer, peerOf } from "../../rpc/pipeline/peer.ts";
import type { Preconditions } from "./preconditions.ts";

/** A request, or one of those that come together in a Bulk. */
export interface Operation {
  readonly method: string;
  /** What stands in the path behind the URL of the service, decoded: `["Users", "U01…"]`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: JsonValue | undefined;
  readonly preconditions: Preconditions;
  /** The URL of the service, without a slash at the end. */
  readonly base: string;
  readonly context: ScimContext;
}

/** The context of the calls that an operation makes. */
export interface ScimContext extends CallContext {
  readonly requestHeader: Headers;
  readonly responseHeader: Headers;
  readonly peer: Peer;
  readonly ids: CallIds;
}

export function contextOf({ header, signal, contextValues }: UniversalServerRequest): ScimContext {
  const peer = peerOf({ values: contextValues });
  const ids = idsOf({ values: contextValues });
  return makeContext({ requestHeader: header, signal, peer, timeoutMs: deadlineIn(header) }, ids);
}

/** The same for an operation of its own: it is another call. */
export function apart(context: ScimContext): ScimContext {
  return makeContext(context, new CallIds({ traceparent: context.requestHeader.get("traceparent") ?? undefined }));
}

function makeContext(from: Pick<ScimContext, "requestHeader" | "signal" | "peer" | "timeoutMs">, ids: CallIds): ScimContext {
  const { requestHeader, signal, peer, timeoutMs } = from;
  return { requestHeader, signal, peer, timeoutMs, ids, responseHeader: new Headers() };
}

/** As calls of the Connect protocol have it. Undefined: none. */
function deadlineIn(header: Headers): ScimContext["timeoutMs"] {
  const [milliseconds] = /^\d{1,10}$/.exec(header.get("connect-timeout-ms") ?? "") ?? [];
  const end = milliseconds === undefined ? undefined : performance.now() + Number(milliseconds);
  return () => (end === undefined ? undefined : end - performance.now());
}
