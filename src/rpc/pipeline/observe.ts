import type { DescMethod } from "@bufbuild/protobuf";
import { RosterError } from "../../directory/errors.ts";
import type { Caller } from "../../directory/keys/api-key.ts";
import type { CallContext } from "./call.ts";
import type { LogCall, Outcome } from "./call-log.ts";
import type { MethodMetrics } from "./call-metrics.ts";

/** A call under way. */
export interface ObservedCall {
  /** Who has been let in. */
  caller: Caller | undefined;
  /** To be called at the end. Returns the error that it is given. */
  finish<E extends Outcome>(error?: E): E | undefined;
}

/** Measures and logs a call. */
export function observe(
  method: DescMethod,
  context: CallContext,
  callMetrics: MethodMetrics,
  logCall: LogCall,
): ObservedCall {
  const begun = callMetrics.begin();
  return {
    caller: undefined,
    finish(outcome) {
      const milliseconds = callMetrics.end(begun, outcome?.code ?? 0, outcome && reasonOf(outcome));
      logCall({ method, context, caller: this.caller, milliseconds, outcome });
      return outcome;
    },
  };
}

function reasonOf({ cause }: NonNullable<Outcome>) {
  return cause instanceof RosterError ? cause.reason : undefined;
}
