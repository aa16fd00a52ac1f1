import type {
  DescMessage,
  DescMethod,
  DescMethodServerStreaming,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { RosterError } from "../../directory/errors.ts";
import type { Caller } from "../../directory/keys/api-key.ts";
import type { Authenticate } from "../../directory/keys/authentication.ts";
import { consumeNonce } from "../../directory/keys/nonce.ts";
import type { Store } from "../../directory/store/store.ts";
import type { Log } from "../../log.ts";
import { toConnectError } from "../errors.ts";
import { authorise } from "./authorise.ts";
import type { CallMetrics, MethodMetrics } from "./call-metrics.ts";
import { type CodecContext, isBinary } from "./codec.ts";
import type { Permission } from "./permission.ts";
import { methodName, PERMISSIONS } from "./permissions.ts";
import type { OpenStream, Streams } from "./streams.ts";
import { validate } from "./validate.ts";

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

export interface PipelineDeps {
  readonly store: Store;
  readonly authenticate: Authenticate;
  readonly log: Log;
  readonly draining: AbortSignal;
  readonly streams: Streams;
  readonly callMetrics: CallMetrics;
}

const NONCE_HEADER = "roster-client-nonce";

type Unary = (request: MessageShape<DescMessage>, call: Call) => Promise<MessageInitShape<DescMessage>>;
type Streaming = (request: MessageShape<DescMessage>, call: StreamCall) => AsyncIterable<MessageInitShape<DescMessage>>;

/**
 * What every call goes through, whatever port it came in by: log and measure, map errors, authenticate, authorise, use up the nonce, validate;
 * then the handler. Throws, at start, for an RPC without a declared permission.
 */
export function servicePipeline<S extends DescService>(
  service: S,
  handlers: Handlers<S>,
  deps: PipelineDeps,
): ServiceImpl<S> {
  const wrapped = service.methods.map((method) => {
    const permission = PERMISSIONS.get(methodName(method));
    if (permission === undefined) {
      throw new Error(`${methodName(method)} has no declared permission`);
    }
    const handler = Object.entries(handlers).find(([name]) => name === method.localName)?.[1];
    const wrap = method.methodKind === "server_streaming" ? streaming : unary;
    return [method.localName, wrap(method, permission, handler as Unary & Streaming, deps)];
  });
  return Object.fromEntries(wrapped) as ServiceImpl<S>;
}

function unary(method: DescMethod, permission: Permission, handler: Unary, deps: PipelineDeps) {
  const callMetrics = deps.callMetrics.of(method);
  return async (request: MessageShape<DescMessage>, context: CallContext) => {
    const finish = observe(method, callMetrics, deps.log);
    try {
      const response = await handler(request, await admit(method, permission, request, context, deps));
      finish();
      return response;
    } catch (error) {
      throw finish(toConnectError(error, deps.log));
    }
  };
}

function streaming(method: DescMethod, permission: Permission, handler: Streaming, deps: PipelineDeps) {
  const callMetrics = deps.callMetrics.of(method);
  return async function* (request: MessageShape<DescMessage>, context: CallContext) {
    const finish = observe(method, callMetrics, deps.log);
    let outcome: Outcome = CANCELED;
    let stream: OpenStream | undefined;
    try {
      const call = await admit(method, permission, request, context, deps);
      const secret = secretOf(context.requestHeader);
      const permit = (caller: Caller) => authorise(caller, permission, request);
      const open = deps.streams.open({ secret, permit, caller: call.caller, signal: context.signal });
      stream = open;
      const assertAwaited = () => {
        open.assertOpen();
        call.assertAwaited();
      };
      for await (const message of handler(request, { ...call, signal: open.signal, assertAwaited })) {
        await open.check();
        yield message;
        assertAwaited();
      }
      outcome = undefined;
    } catch (error) {
      outcome = toConnectError(error, deps.log);
      throw outcome;
    } finally {
      stream?.close();
      // Also when the caller goes away: then the rest is not asked for.
      finish(outcome);
    }
  };
}

type Outcome = Pick<ConnectError, "code" | "rawMessage"> | undefined;
const CANCELED = { code: Code.Canceled, rawMessage: "the caller has gone" };

async function admit(
  method: DescMethod,
  permission: Permission,
  request: MessageShape<DescMessage>,
  context: CallContext,
  { store, authenticate, draining }: PipelineDeps,
): Promise<Call> {
  const { requestHeader } = context;
  const assertAwaited = () => assertNotEnded(context);
  assertAwaited();
  const caller = await authenticate(secretOf(requestHeader));
  const accountId = authorise(caller, permission, request);
  if (permission.mutates) {
    await consumeNonce(store, caller, requestHeader.get(NONCE_HEADER));
  }
  validate(method.input, request);
  return { caller, accountId, method, binary: isBinary(context), assertAwaited, draining };
}

// The timer behind the signal may be late on a busy server; the clock is not.
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

function secretOf(header: CallContext["requestHeader"]): string | undefined {
  const [, bearer] = /^bearer +(.+)$/i.exec(header.get("authorization") ?? "") ?? [];
  return bearer ?? header.get("x-api-key") ?? undefined;
}

/** Returns what ends the observation: without an error, or with the one that the caller gets, which it gives back. */
function observe(method: DescMethod, callMetrics: MethodMetrics, log: Log) {
  const start = performance.now();
  callMetrics.begin();
  return <E extends Outcome>(error?: E): E | undefined => {
    const taken = performance.now() - start;
    callMetrics.end(error?.code ?? 0, taken / 1000);
    if (log.isLevelEnabled("debug")) {
      const milliseconds = Math.round(taken * 1000) / 1000;
      const outcome = error && { code: error.code, error: error.rawMessage };
      log.debug({ method: methodName(method), milliseconds, ...outcome }, "call");
    }
    return error;
  };
}
