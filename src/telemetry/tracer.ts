import { AsyncLocalStorage } from "node:async_hooks";
import { type Tracer as OtelTracer, propagation, ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import { ATTR_CLIENT_ADDRESS, ATTR_RPC_METHOD, ATTR_RPC_SYSTEM_NAME } from "@opentelemetry/semantic-conventions";
import type { IncomingCall, Tracer } from "../tracing/span.ts";
import { RecordedCall, type RecordedSpan, type Recorder, startClock } from "./spans.ts";

/** Traces calls by OpenTelemetry. Those that are not sampled cost no more than to find that out. */
export function createTracer(tracer: OtelTracer): Tracer {
  const fields = propagation.fields();
  const running = new AsyncLocalStorage<RecordedSpan | undefined>();
  const recorder: Recorder = { tracer, run: (span, work) => running.run(span, work) };
  return {
    beginCall(call) {
      const isPart = fields.some((name) => name in call.headers);
      const parent = isPart ? propagation.extract(ROOT_CONTEXT, call.headers) : ROOT_CONTEXT;
      const now = startClock();
      const span = tracer.startSpan(call.method, { kind: SpanKind.SERVER, startTime: now() }, parent);
      // Most are not sampled, and need no attributes.
      return span.isRecording()
        ? new RecordedCall(recorder, span.setAttributes(attributesOf(call)), parent, now)
        : undefined;
    },
    current() {
      const span = running.getStore();
      return span?.isOpen ? span : undefined;
    },
    apart: (work) => running.run(undefined, work),
  };
}

function attributesOf({ method, headers, address, system }: IncomingCall) {
  const isGrpc = headers["content-type"]?.startsWith("application/grpc") ?? false;
  return {
    [ATTR_RPC_SYSTEM_NAME]: system ?? (isGrpc ? "grpc" : "connectrpc"),
    [ATTR_RPC_METHOD]: method,
    [ATTR_CLIENT_ADDRESS]: address,
  };
}
