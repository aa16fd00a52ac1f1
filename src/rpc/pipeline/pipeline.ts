import type {
  DescMessage,
  DescMethod,
  DescMethodUnary,
  DescService,
  MessageInitShape,
  MessageShape,
} from "@bufbuild/protobuf";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import type { Caller } from "../../directory/keys/api-key.ts";
import { assertSameCaller } from "../../directory/keys/authentication.ts";
import { assertOwn } from "../../directory/keys/own-user.ts";
import type { Log } from "../../log.ts";
import { idsOf } from "../call-ids.ts";
import { authorise } from "../permissions/authorise.ts";
import type { Permission } from "../permissions/permission.ts";
import { methodName, PERMISSIONS } from "../permissions/permissions.ts";
import { type AdmitDeps, admit, proofOf } from "./admit.ts";
import type { Call, CallContext, Handlers, StreamCall } from "./call.ts";
import type { Outcome } from "./call-log.ts";
import type { CallMetrics } from "./call-metrics.ts";
import { failureOf } from "./failure.ts";
import { type ObserveDeps, observe } from "./observe.ts";
import type { OpenStream, Streams } from "./streams.ts";

export interface PipelineDeps extends AdmitDeps, ObserveDeps {
  readonly log: Log;
  readonly streams: Streams;
  readonly callMetrics: CallMetrics;
}

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
    const permission = permissionOf(method);
    const handler = Object.entries(handlers).find(([name]) => name === method.localName)?.[1];
    const wrap = method.methodKind === "server_streaming" ? streaming : unary;
    return [method.localName, wrap(method, permission, handler as Unary & Streaming, deps)];
  });
  return Object.fromEntries(wrapped) as ServiceImpl<S>;
}

/** Runs work that stands for a handler as a call: with the rights, limits, traces and records of a call of the method. */
export type RunCall<M extends DescMethodUnary> = <T>(
  request: MessageShape<M["input"]>,
  context: CallContext,
  work: (call: Call<M>) => Promise<T>,
) => Promise<T>;

/** What calls of a unary method go through, for work that other protocols make of their requests. */
export function callPipeline<M extends DescMethodUnary>(method: M, deps: PipelineDeps): RunCall<M> {
  const run = runCalls(method, permissionOf(method), deps);
  // The call is one of the method that admitted it.
  return (request, context, work) => run(request, context, (call) => work(call as Call<M>));
}

function permissionOf(method: DescMethod): Permission {
  const permission = PERMISSIONS.get(methodName(method));
  if (permission === undefined) {
    throw new Error(`${methodName(method)} has no declared permission`);
  }
  return permission;
}

function unary(method: DescMethod, permission: Permission, handler: Unary, deps: PipelineDeps) {
  const run = runCalls(method, permission, deps);
  return (request: MessageShape<DescMessage>, context: CallContext) =>
    run(request, context, (call) => handler(request, call));
}

function runCalls(method: DescMethod, permission: Permission, deps: PipelineDeps) {
  const callMetrics = deps.callMetrics.of(method);
  return async <T>(
    request: MessageShape<DescMessage>,
    context: CallContext,
    work: (call: Call) => Promise<T>,
  ): Promise<T> => {
    const observed = observe(method, context, callMetrics, deps);
    try {
      const call = await admit(method, permission, request, context, deps);
      observed.caller = call.caller;
      const answer = () => work(call);
      const response = await (permission.mutates ? deps.refusals.watch({ ...call, permission, request }, answer) : answer());
      observed.finish();
      return response;
    } catch (error) {
      throw observed.finish(failureOf(error, idsOf(context), deps.log));
    }
  };
}

function streaming(method: DescMethod, permission: Permission, handler: Streaming, deps: PipelineDeps) {
  const callMetrics = deps.callMetrics.of(method);
  return async function* (request: MessageShape<DescMessage>, context: CallContext) {
    const observed = observe(method, context, callMetrics, deps);
    let outcome: Outcome = CANCELED;
    let stream: OpenStream | undefined;
    try {
      const call = await admit(method, permission, request, context, deps);
      observed.caller = call.caller;
      const proof = proofOf(context);
      const permit = (caller: Caller) => {
        assertSameCaller(call.caller, caller);
        authorise(caller, permission, request);
        // A token may lead to another user by now.
        assertOwn(caller, call.caller.user.id);
      };
      const open = deps.streams.open({ proof, permit, caller: call.caller, signal: context.signal });
      stream = open;
      const assertAwaited = () => {
        open.assertOpen();
        call.assertAwaited();
      };
      for await (const message of handler(request, { ...call, signal: open.signal, assertAwaited })) {
        await open.check();
        await deps.fairUse.pace(call.caller, open.signal);
        yield message;
        observed.span?.message();
        assertAwaited();
      }
      outcome = undefined;
    } catch (error) {
      outcome = failureOf(error, idsOf(context), deps.log);
      throw outcome;
    } finally {
      stream?.close();
      // Also when the caller goes away and the rest is never asked for.
      observed.finish(outcome);
    }
  };
}

const CANCELED = { code: Code.Canceled, cause: undefined };
