import type { DescMethod } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { RosterError } from "../../directory/errors.ts";
import { apiKeyIdOf, type Caller } from "../../directory/keys/api-key.ts";
import type { CallSpan, Tracer } from "../../tracing/span.ts";
import { idsOf } from "../call-ids.ts";
import type { CallContext } from "./call.ts";
import type { LogCall, Outcome } from "./call-log.ts";
import type { MethodMetrics } from "./call-metrics.ts";

/** A call under way. */
export interface ObservedCall {
  /** If the call is traced. */
  readonly span: CallSpan | undefined;
  /** Who has been let in. */
  caller: Caller | undefined;
  /** To be called at the end. Returns the error that it is given. */
  finish<E extends Outcome>(error?: E): E | undefined;
}

export interface ObserveDeps {
  readonly logCall: LogCall;
  /** Undefined: no call is traced. */
  readonly tracer?: Tracer | undefined;
}

/** Measures, logs and traces a call. */
export function observe(
  method: DescMethod,
  context: CallContext,
  callMetrics: MethodMetrics,
  { logCall, tracer }: ObserveDeps,
): ObservedCall {
  const begun = callMetrics.begin();
  const span = tracer && idsOf(context).span;
  return {
    span,
    caller: undefined,
    finish(outcome) {
      if (span !== undefined) tellSpan(span, method, this.caller, outcome);
      const milliseconds = callMetrics.end(begun, outcome?.code ?? 0, outcome && reasonOf(outcome));
      logCall({ method, context, caller: this.caller, milliseconds, outcome });
      return outcome;
    },
  };
}

function reasonOf({ cause }: NonNullable<Outcome>) {
  return cause instanceof RosterError ? cause.reason : undefined;
}

function tellSpan(span: CallSpan, { methodKind }: DescMethod, caller: Caller | undefined, outcome: Outcome): void {
  if (caller !== undefined) span.letIn(caller.accountId, apiKeyIdOf(caller) ?? undefined);
  if (outcome === undefined && methodKind === "unary") span.answer();
  // Other errors are told where they are made.
  if (outcome?.code === Code.Canceled) span.fail("CANCELLED", "CANCELED");
}
