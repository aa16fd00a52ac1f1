import type { DescMethod } from "@bufbuild/protobuf";

/** Upper bounds of the histogram of durations, in seconds. Longer calls are in no bucket. */
export const DURATION_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

/** The highest code of gRPC; 0 is OK. */
const LAST_CODE = 16;

/** Counts of the calls of one method. Plain numbers, because every call changes them. */
export class MethodMetrics {
  started = 0;
  /** By code. */
  readonly ended: number[] = Array.from({ length: LAST_CODE + 1 }, () => 0);
  /** By bucket, not cumulative. The last counts the calls that are in none. */
  readonly durations: number[] = Array.from({ length: DURATION_BUCKETS.length + 1 }, () => 0);
  seconds = 0;

  begin(): void {
    this.started += 1;
  }

  end(code: number, seconds: number): void {
    this.ended[code] = (this.ended[code] ?? 0) + 1;
    this.seconds += seconds;
    let bucket = 0;
    while (bucket < DURATION_BUCKETS.length && seconds > (DURATION_BUCKETS[bucket] ?? 0)) bucket += 1;
    this.durations[bucket] = (this.durations[bucket] ?? 0) + 1;
  }
}

/** The calls of a server by method. Only calls that go through the pipeline are counted. */
export class CallMetrics {
  readonly methods = new Map<DescMethod, MethodMetrics>();

  of(method: DescMethod): MethodMetrics {
    const known = this.methods.get(method);
    const callMetrics = known ?? new MethodMetrics();
    this.methods.set(method, callMetrics);
    return callMetrics;
  }
}
