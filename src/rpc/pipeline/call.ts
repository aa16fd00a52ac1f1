import type {
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { CallSource } from "../../directory/audit/entry.ts";
import type { Caller } from "../../directory/keys/api-key.ts";
import type { CallIds, CallIdsContext } from "../call-ids.ts";
import { methodName } from "../permissions/permissions.ts";
import type { CodecContext } from "./codec.ts";
import type { PeerContext } from "./peer.ts";

/** What the pipeline has to know of a call, on either port. Connect's `HandlerContext` is one. */
export interface CallContext extends CodecContext, PeerContext, CallIdsContext {
  /** Headers of the answer, where they can still be set. */
  readonly responseHeader?: { set(name: string, value: string): unknown };
  /** Aborted when the caller is gone or its deadline has passed. It costs something: read it only where it is needed. */
  readonly signal: AbortSignal;
  /** Whether it is aborted, for contexts that know this without a signal. */
  readonly cancelled?: boolean;
  timeoutMs(): number | undefined;
}

/** A call that has passed the pipeline. */
export interface Call<M extends DescMethod = DescMethod> {
  readonly caller: Caller;
  /** The account that the request is about; `-` for all. */
  readonly accountId: string;
  readonly method: M;
  readonly ids: CallIds;
  /** The IP address of the caller; the empty text: not known. */
  readonly address: string;
  /** Whether the answer is written as binary protobuf. */
  readonly binary: boolean;
  /** Throws CANCELED or DEADLINE_EXCEEDED if nobody waits for the answer any more. To be called before expensive work. */
  readonly assertAwaited: () => void;
  /** Aborted when the server shuts down: streams end after the message that they are at. */
  readonly draining: AbortSignal;
  /** Runs a list that may look at many rows, when it is the caller's turn. Throws TOO_MANY_LISTS. */
  readonly runLongList: <T>(list: () => Promise<T>) => Promise<T>;
}

/** A call that is answered by a stream. */
export interface StreamCall<M extends DescMethod = DescMethod> extends Call<M> {
  /** Aborted when the caller is gone, its deadline has passed, or its key no longer works. */
  readonly signal: AbortSignal;
}

/** One function per RPC. Who may call has been checked before. A service with an RPC missing does not compile. */
export type Handlers<S extends DescService> = {
  readonly [M in keyof S["method"]]: S["method"][M] extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, call: Call<S["method"][M]>) => Promise<MessageInitShape<O>>
    : S["method"][M] extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, call: StreamCall<S["method"][M]>) => AsyncIterable<MessageInitShape<O>>
      : never;
};

/** What the audit log tells of the caller. */
export function sourceOf({ caller, method, address }: Pick<Call, "caller" | "method" | "address">): CallSource {
  const { accountId, credential, user } = caller;
  return {
    accountId,
    userId: user.id,
    token: credential.kind === "token" ? { issuer: credential.issuer, subject: credential.subject } : null,
    address,
    method: methodName(method),
  };
}
