import type { DescMethod } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { REASONS, type Reason } from "../../directory/errors.ts";
import { keysOf } from "../../directory/values/records.ts";
import type { Counter, Histogram } from "../../metrics/instruments.ts";
import type { Meter } from "../../metrics/meter.ts";
import type { Labels, Sample } from "../../metrics/metric.ts";

/** The calls of a server. Only calls that go through the pipeline are counted. */
export class CallMetrics {
  readonly #meter: Meter;
  readonly #errors: ReadonlyMap<Reason, Counter>;

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#errors = new Map(keysOf(REASONS).map((reason) => [reason, meter.counter("roster_errors_total", { reason })]));
  }

  of(method: DescMethod): MethodMetrics {
    return new MethodMetrics(method, this.#meter, this.#errors);
  }
}

/** A call under way. */
export interface BegunCall {
  /** On the clock of `performance.now`. */
  readonly start: number;
}

/** The calls of one method. */
export class MethodMetrics {
  readonly #meter: Meter;
  readonly #labels: Labels;
  readonly #errors: ReadonlyMap<Reason, Counter>;
  readonly #started: Counter;
  /** By code, once it has come; OK from the start. */
  readonly #ended = new Map<number, Counter>();
  readonly #durations: Histogram;
  /** Of methods that stream. */
  readonly #open: Set<BegunCall> | undefined;

  constructor(method: DescMethod, meter: Meter, errors: ReadonlyMap<Reason, Counter>) {
    const streams = method.methodKind === "server_streaming";
    this.#meter = meter;
    this.#errors = errors;
    this.#labels = {
      grpc_type: streams ? "server_stream" : "unary",
      grpc_service: method.parent.typeName,
      grpc_method: method.name,
    };
    this.#started = meter.counter("grpc_server_started_total", this.#labels);
    this.#durations = meter.histogram("grpc_server_handling_seconds", this.#labels);
    this.#endedWith(OK);
    this.#open = streams ? new Set() : undefined;
    if (this.#open !== undefined) this.#showOpen(this.#open);
  }

  begin(): BegunCall {
    this.#started.value += 1;
    const call = { start: performance.now() };
    this.#open?.add(call);
    return call;
  }

  /** Returns how many milliseconds the call took. `reason`: of the error, if it ended with one. */
  end(call: BegunCall, code: number, reason: Reason | undefined): number {
    this.#open?.delete(call);
    const milliseconds = performance.now() - call.start;
    this.#durations.observe(milliseconds / 1000);
    (this.#ended.get(code) ?? this.#endedWith(code)).value += 1;
    if (reason !== undefined) this.#errors.get(reason)?.add();
    return milliseconds;
  }

  #endedWith(code: number): Counter {
    const name = code === OK ? "OK" : (Code[code] ?? String(code));
    const counter = this.#meter.counter("grpc_server_handled_total", { ...this.#labels, grpc_code: name });
    this.#ended.set(code, counter);
    return counter;
  }

  #showOpen(open: ReadonlySet<BegunCall>): void {
    this.#meter.show("roster_open_streams", () => byAge(open, this.#labels), JSON.stringify(this.#labels));
  }
}

const OK = 0;

/** Up to so many seconds. */
const AGES = { "0-1m": 60, "1m-10m": 600, "10m-1h": 3_600, "1h-1d": 86_400, "1d-": Number.POSITIVE_INFINITY } as const;

function byAge(open: ReadonlySet<BegunCall>, labels: Labels): Sample[] {
  const counts = new Map<keyof typeof AGES, number>(keysOf(AGES).map((age) => [age, 0]));
  const now = performance.now();
  for (const { start } of open) {
    const age = keysOf(AGES).find((candidate) => (now - start) / 1000 < AGES[candidate]) ?? "1d-";
    counts.set(age, (counts.get(age) ?? 0) + 1);
  }
  return [...counts].map(([age, value]) => ({ labels: { ...labels, age }, value }));
}
