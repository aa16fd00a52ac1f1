import type { DescMessage, DescMethod, MessageShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { RosterError } from "../../directory/errors.ts";
import { credentialId } from "../../directory/keys/api-key.ts";
import type { Authenticate } from "../../directory/keys/authentication.ts";
import { consumeNonce } from "../../directory/keys/nonce.ts";
import type { Proof } from "../../directory/keys/proof.ts";
import type { Store } from "../../directory/store/store.ts";
import { idsOf } from "../call-ids.ts";
import { authorise } from "../permissions/authorise.ts";
import type { Permission } from "../permissions/permission.ts";
import { methodName } from "../permissions/permissions.ts";
import type { Call, CallContext } from "./call.ts";
import { isBinary } from "./codec.ts";
import type { FairUse } from "./fair-use.ts";
import type { LongLists } from "./long-lists.ts";
import { peerOf } from "./peer.ts";
import type { Refusals } from "./refusals.ts";
import { validate } from "./validate.ts";

const NONCE_HEADER = "roster-client-nonce";

export interface AdmitDeps {
  readonly store: Store;
  readonly authenticate: Authenticate;
  readonly fairUse: FairUse;
  readonly longLists: LongLists;
  readonly refusals: Refusals;
  /** Aborted when the server shuts down. */
  readonly draining: AbortSignal;
}

/** Lets a call in, or throws why not: authenticates, authorises, counts it against limits, uses up the nonce, validates. */
export async function admit(
  method: DescMethod,
  permission: Permission,
  request: MessageShape<DescMessage>,
  context: CallContext,
  { store, authenticate, fairUse, longLists, refusals, draining }: AdmitDeps,
): Promise<Call> {
  const { requestHeader } = context;
  const assertAwaited = () => assertNotEnded(context);
  assertAwaited();
  const from = {
    // To find it costs something, and most calls that read do not need it.
    get address() {
      return peerOf(context).address;
    },
    method: methodName(method),
  };
  const ids = idsOf(context);
  const caller = await fairUse.authenticate(context, proofOf(context), (proof) => authenticate(proof, from));
  const decide = () => authorise(caller, permission, request);
  const accountId = permission.mutates
    ? await refusals.watch({ caller, ids, address: from.address, method, permission, request }, decide)
    : decide();
  await fairUse.admit(caller, permission.costOf(request), context.responseHeader);
  if (permission.mutates) {
    await consumeNonce(store, caller, requestHeader.get(NONCE_HEADER));
  }
  validate(method.input, request);
  const runLongList: Call["runLongList"] = (list) => longLists.run(credentialId(caller.credential), list);
  return {
    caller,
    accountId,
    method,
    ids,
    get address() {
      return from.address;
    },
    binary: isBinary(context),
    assertAwaited,
    draining,
    runLongList,
  };
}

// On a busy server the timer behind the signal may be late; the clock is not.
function assertNotEnded(context: CallContext): void {
  const expired = (context.timeoutMs() ?? 1) <= 0;
  if (!expired && !(context.cancelled ?? context.signal.aborted)) {
    return;
  }
  const { reason }: { readonly reason: unknown } = context.signal;
  if (expired || (reason instanceof ConnectError && reason.code === Code.DeadlineExceeded)) {
    throw new RosterError("DEADLINE_EXCEEDED", "the deadline has passed");
  }
  throw new RosterError("CANCELED", "the caller has gone");
}

/** The key or token that a call carries; the certificate of its connection counts for calls that carry neither. */
export function proofOf(context: Pick<CallContext, "requestHeader" | "values" | "peer">): Proof {
  const authorization = context.requestHeader.get("authorization");
  const apiKey = context.requestHeader.get("x-api-key");
  if (authorization === null && apiKey === null) {
    return peerOf(context).certificate;
  }
  const [, bearer] = /^bearer +(.+)$/i.exec(authorization ?? "") ?? [];
  return bearer ?? apiKey ?? undefined;
}
