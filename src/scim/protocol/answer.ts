import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import { RosterError } from "../../directory/errors.ts";
import type { JsonObject } from "../../directory/values/json.ts";
import type { Log } from "../../log.ts";
import type { CallIds } from "../../rpc/call-ids.ts";
import { toConnectError } from "../../rpc/errors.ts";
import { scimTypeOf, statusOf } from "./errors.ts";

const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

/** The answer to a request, or to an operation of a Bulk. */
export interface Answer {
  readonly status: number;
  /** Absent: there is none. */
  readonly body?: JsonObject;
  readonly header: Headers;
}

export function answer(status: number, body?: JsonObject, header: Headers = new Headers()): Answer {
  return { status, header, ...(body && { body }) };
}

/** What the caller gets for what was thrown. Anything unforeseen becomes a 500, and its cause goes to the log. */
export function failure(thrown: unknown, ids: CallIds, log: Log, header: Headers = new Headers()): Answer {
  const { cause, rawMessage } = toConnectError(thrown, ids, log);
  const error = cause instanceof RosterError ? cause : new RosterError("INTERNAL", rawMessage);
  return problem(statusOf(error.reason), error, rawMessage, ids, header);
}

/** An error with a status of its own. */
export function refusal(status: number, error: RosterError, ids: CallIds, header?: Headers): Answer {
  return problem(status, error, error.message, ids, header);
}

function problem(status: number, error: RosterError, detail: string, ids: CallIds, header = new Headers()): Answer {
  const { reason, details } = error;
  const scimType = scimTypeOf(error);
  if (status === 401) header.set("www-authenticate", 'Bearer realm="roster"');
  if (details.retryAfter !== undefined) header.set("retry-after", String(Math.ceil(details.retryAfter / 1000)));
  const body = {
    schemas: [ERROR],
    status: String(status),
    ...(scimType !== undefined && { scimType }),
    detail,
    roster: { reason, requestId: ids.told },
  };
  return answer(status, body, header);
}

export function toResponse({ status, body, header }: Answer): UniversalServerResponse {
  if (body === undefined) {
    return { status, header };
  }
  const bytes = Buffer.from(JSON.stringify(body));
  header.set("content-type", "application/scim+json");
  header.set("content-length", String(bytes.length));
  header.set("cache-control", "no-store");
  return { status, header, body: whole(bytes) };
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
