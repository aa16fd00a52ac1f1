import type { UniversalServerRequest, UniversalServerResponse } from "@connectrpc/connect/protocol";
import { RosterError } from "../directory/errors.ts";
import type { Store } from "../directory/store/store.ts";
import type { JsonValue } from "../directory/values/json.ts";
import type { PipelineDeps } from "../rpc/pipeline/pipeline.ts";
import { type Answer, failure, refusal, toResponse } from "./protocol/answer.ts";
import { isJsonType, readBody } from "./protocol/body.ts";
import { startCalls } from "./protocol/calls.ts";
import { contextOf } from "./protocol/operation.ts";
import { decodeSegments } from "./protocol/path.ts";
import { parsePreconditions } from "./protocol/preconditions.ts";
import { dispatch, type RouteDeps } from "./routes.ts";
import { loadSchemas } from "./schema/schemas.ts";
import { ListMemory } from "./users/list-memory.ts";
import { mappingOf, type UserNameRule } from "./users/mapping.ts";

/** Where the service is. */
const SCIM_PATH = "/scim/v2";

export function isScimPath(path: string): boolean {
  return path === SCIM_PATH || path.startsWith(`${SCIM_PATH}/`);
}

export interface ScimDeps extends PipelineDeps {
  readonly store: Store;
  readonly maxMessageBytes: number;
}

export interface ScimOptions {
  /** The field that holds `userName`. */
  readonly userName: UserNameRule;
}

/** Answers requests for paths below `SCIM_PATH`. Never throws. */
export type ScimHandler = (request: UniversalServerRequest) => Promise<UniversalServerResponse>;

/** SCIM 2.0 (RFC 7643, 7644) over the users of the caller's account. Each operation is the call of UserService that it comes down to. */
export async function createScim(deps: ScimDeps, { userName }: ScimOptions): Promise<ScimHandler> {
  const { store, maxMessageBytes, log } = deps;
  const routeDeps = {
    ...{ store, maxMessageBytes, log },
    mapping: mappingOf(userName),
    lists: new ListMemory(),
    schemas: await loadSchemas(),
    calls: startCalls(deps),
  };
  return async (request) => toResponse(await handle(routeDeps, request));
}

async function handle(deps: RouteDeps, request: UniversalServerRequest): Promise<Answer> {
  const context = contextOf(request);
  const { ids } = context;
  const { method, header } = request;
  try {
    const url = new URL(request.url);
    const path = decodeSegments(url.pathname.slice(SCIM_PATH.length));
    if (path === undefined) {
      return refusal(404, new RosterError("METHOD_UNKNOWN", "the path can't be decoded"), ids);
    }
    const hasBody = WITH_BODY.includes(method);
    if (hasBody && !isReadable(header)) {
      return refusal(415, new RosterError("PROTOCOL_UNSUPPORTED", UNREADABLE), ids);
    }
    const body = hasBody ? await bodyOf(request, deps.maxMessageBytes) : undefined;
    const base = `${originOf(url, header)}${SCIM_PATH}`;
    const preconditions = parsePreconditions(header);
    return await dispatch(deps, { method, path, query: url.searchParams, body, preconditions, base, context });
  } catch (error) {
    return failure(error, ids, deps.log);
  }
}

const WITH_BODY: readonly string[] = ["POST", "PUT", "PATCH"];
const UNREADABLE = "the content type must be application/scim+json or application/json, and the body not compressed";

function isReadable(header: Headers): boolean {
  const encoding = header.get("content-encoding");
  return isJsonType(header.get("content-type")) && (encoding === null || encoding === "identity");
}

async function bodyOf({ body }: UniversalServerRequest, maxBytes: number): Promise<JsonValue | undefined> {
  // A body that Node has parsed already is none: nothing parses it here.
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body
    ? readBody(body as AsyncIterable<Uint8Array>, maxBytes)
    : undefined;
}

/** What a proxy says of the way that the request came by is told to that caller alone. */
function originOf({ protocol, host }: URL, header: Headers): string {
  const forwarded = header.get("x-forwarded-proto");
  const scheme = forwarded === "https" || forwarded === "http" ? `${forwarded}:` : protocol;
  return `${scheme}//${host}`;
}
