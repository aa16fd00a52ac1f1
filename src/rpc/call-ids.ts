import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { type ContextValues, createContextKey } from "@connectrpc/connect";
import type { CallSpan } from "../tracing/span.ts";

/** What a call is found by in logs and traces. Made when it is first asked for: most calls end well and are not logged. */
export class CallIds {
  /** If the call is traced here. */
  span: CallSpan | undefined;
  readonly #traceparent: IncomingHttpHeaders[string];
  #call: string | undefined;

  constructor({ traceparent }: IncomingHttpHeaders) {
    this.#traceparent = traceparent;
  }

  get call(): string {
    this.#call ??= randomUUID();
    return this.#call;
  }

  /** The trace that the call is part of: that of its span, or the one that the caller names (W3C Trace Context, section 3.2). */
  get trace(): string | undefined {
    return this.span?.traceId ?? /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-/.exec(String(this.#traceparent))?.[1];
  }

  /** The one that callers are told. */
  get told(): string {
    return this.trace ?? this.call;
  }

  /** Those that every line has that is logged of the call. */
  get logged(): { readonly call: string; readonly trace: string | undefined } {
    return { call: this.call, trace: this.trace };
  }
}

/** What knows the ids of a call: the values of Connect's context, or the context itself. */
export interface CallIdsContext {
  readonly values?: Pick<ContextValues, "get"> | undefined;
  readonly ids?: CallIds;
}

/** Where the HTTP port puts the ids. */
export const CALL_IDS = createContextKey<CallIds | undefined>(undefined);

export function idsOf({ values, ids = values?.get(CALL_IDS) }: CallIdsContext): CallIds {
  return ids ?? new CallIds({});
}
