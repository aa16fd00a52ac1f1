import { CallIds } from "../../rpc/call-ids.ts";

// A property costs less than an entry of a WeakMap, and every call has one.
const IDS = Symbol("ids of the call");

/** Keeps the ids of a call at the HTTP/2 stream that it came by. */
export function rememberIds(stream: object, ids: CallIds): void {
  Reflect.set(stream, IDS, ids);
}

/** The ids of a call of grpc-js, which keeps its stream in private fields. If those are not there, the call has ids of its own. */
export function idsOfCall(call: object): CallIds {
  const ids = memberOf(memberOf(memberOf(call, "call"), "stream"), IDS);
  return ids instanceof CallIds ? ids : new CallIds({});
}

function memberOf(owner: unknown, name: string | symbol): unknown {
  return typeof owner === "object" && owner !== null ? Reflect.get(owner, name) : undefined;
}
