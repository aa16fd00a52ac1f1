import type {
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import type { Caller } from "../../directory/keys/api-key.ts";
import type { CodecContext } from "./codec.ts";

/** What is asked of a call, whatever port it came in by. That of Connect is one. */
export interface CallContext extends CodecContext {
  /** Aborted when the caller is gone or its deadline has passed. Costs something: not every call needs it. */
  readonly signal: AbortSignal;
  /** The same, for contexts that know it without a signal. */
  readonly cancelled?: boolean;
  timeoutMs(): number | undefined;
}

/** A call that has passed the pipeline. */
export interface Call<M extends DescMethod = DescMethod> {
  readonly caller: Caller;
  /** The account that the request is about; `-` for all. */
  readonly accountId: string;
  readonly method: M;
  /** Whether the answer is written as binary protobuf. */
  readonly binary: boolean;
  /** Throws what the call has to end with once nobody waits for it: call it before work that would be in vain. */
  readonly assertAwaited: () => void;
  /** Aborted when the server shuts down: streams end after the message at hand. */
  readonly draining: AbortSignal;
}

/** A call that is answered by a stream. */
export interface StreamCall<M extends DescMethod = DescMethod> extends Call<M> {
  /** Aborted when the caller is gone, its deadline has passed or its key works no longer. */
  readonly signal: AbortSignal;
}

/** One function per RPC, without a thought for who calls. An RPC that is missing does not compile. */
export type Handlers<S extends DescService> = {
  readonly [M in keyof S["method"]]: S["method"][M] extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, call: Call<S["method"][M]>) => Promise<MessageInitShape<O>>
    : S["method"][M] extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, call: StreamCall<S["method"][M]>) => AsyncIterable<MessageInitShape<O>>
      : never;
};
