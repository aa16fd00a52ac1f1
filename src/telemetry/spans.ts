import { type Context, type Span as OtelSpan, type Tracer as OtelTracer, SpanStatusCode, trace } from "@opentelemetry/api";
import { ATTR_ERROR_TYPE } from "@opentelemetry/semantic-conventions";
import { ATTR_RPC_RESPONSE_STATUS_CODE } from "@opentelemetry/semantic-conventions/incubating";
import type { Attributes, CallSpan, Span } from "../tracing/span.ts";

/** What spans are made with. */
export interface Recorder {
  readonly tracer: OtelTracer;
  /** Runs work as the part that the span is. */
  run<T>(span: RecordedSpan, work: () => T): T;
}

/** Milliseconds since 1970, with a fraction. One for all parts of a call: each span by itself would round its own begin to milliseconds. */
export type SpanClock = () => number;

export function startClock(): SpanClock {
  const offset = Date.now() - performance.now();
  return () => offset + performance.now();
}

/** A span of OpenTelemetry. */
export class RecordedSpan implements Span {
  protected readonly span: OtelSpan;
  protected readonly now: SpanClock;
  readonly #recorder: Recorder;
  readonly #context: Context;

  constructor(recorder: Recorder, span: OtelSpan, parent: Context, now: SpanClock) {
    this.#recorder = recorder;
    this.span = span;
    this.now = now;
    this.#context = trace.setSpan(parent, span);
  }

  get isOpen(): boolean {
    return this.span.isRecording();
  }

  begin(name: string): Span {
    const span = this.#recorder.tracer.startSpan(name, { startTime: this.now() }, this.#context);
    return new RecordedSpan(this.#recorder, span, this.#context, this.now);
  }

  add(name: string, milliseconds: number, attributes: Attributes): void {
    const end = this.now();
    this.#recorder.tracer.startSpan(name, { startTime: end - milliseconds, attributes }, this.#context).end(end);
  }

  run<T>(work: () => T): T {
    return this.#recorder.run(this, work);
  }

  end(failure?: unknown): void {
    if (failure !== undefined) this.span.setStatus({ code: SpanStatusCode.ERROR });
    this.span.end(this.now());
  }
}

/** Of so many messages of a stream each is an event; after that, one of twice as many. */
const EACH_OF_FIRST = 32;

/** Errors that are a server's own. Source: semantic conventions of RPC. */
const OF_SERVER = new Set(["UNKNOWN", "DEADLINE_EXCEEDED", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"]);

export class RecordedCall extends RecordedSpan implements CallSpan {
  #answered: number | undefined;
  #messages = 0;
  #failed = false;

  get traceId(): string {
    return this.span.spanContext().traceId;
  }

  letIn(accountId: string, keyId: string | undefined): void {
    this.span.setAttribute("roster.account", accountId);
    if (keyId !== undefined) this.span.setAttribute("roster.key", keyId);
  }

  answer(): void {
    this.#answered = this.now();
  }

  encoded(): void {
    if (this.#answered !== undefined) {
      this.add("encode", this.now() - this.#answered, {});
      this.#answered = undefined;
    }
  }

  message(): void {
    this.#messages += 1;
    const count = this.#messages;
    if (count <= EACH_OF_FIRST || Number.isInteger(Math.log2(count))) {
      this.span.addEvent("rpc.message", { "rpc.message.type": "SENT", "rpc.message.id": count }, this.now());
    }
  }

  fail(code: string, reason: string): void {
    this.#failed = true;
    this.span.setAttributes({ [ATTR_RPC_RESPONSE_STATUS_CODE]: code, [ATTR_ERROR_TYPE]: code, "roster.reason": reason });
    if (OF_SERVER.has(code)) this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  override end(): void {
    if (!this.#failed) this.span.setAttribute(ATTR_RPC_RESPONSE_STATUS_CODE, "OK");
    if (this.#messages > 0) this.span.setAttribute("roster.messages", this.#messages);
    super.end();
  }
}
