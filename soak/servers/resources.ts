import { readdirSync, readFileSync } from "node:fs";
import type { Seat } from "./seat.ts";

/** What a process holds at a time. */
export interface Sample {
  readonly seconds: number;
  readonly mebibytes: number;
  readonly files: number;
}

const EVERY_MS = 2_000;

/** Looks at the process of a seat until told to end. */
export function watchResources(seat: Pick<Seat, "server">, signal: AbortSignal): readonly Sample[] {
  const [start, samples] = [performance.now(), [] as Sample[]];
  const timer = setInterval(() => {
    const pid = seat.server?.pid;
    if (pid !== undefined) samples.push({ seconds: (performance.now() - start) / 1000, ...readResources(pid) });
  }, EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  return samples;
}

export function readResources(pid: number): Pick<Sample, "mebibytes" | "files"> {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return { mebibytes: Number(kibibytes) / 1024, files: readdirSync(`/proc/${pid}/fd`).length };
}

/** Mebibytes a minute, by the line that lies closest to the samples after so many seconds. Undefined: too few for a line. */
export function slopeAfter(samples: readonly Sample[], seconds: number): number | undefined {
  const later = samples.filter((sample) => sample.seconds >= seconds);
  if (later.length < MIN_SAMPLES) return undefined;
  const mean = (of: (sample: Sample) => number) => later.reduce((sum, sample) => sum + of(sample), 0) / later.length;
  const [x, y] = [mean((sample) => sample.seconds), mean((sample) => sample.mebibytes)];
  const covariance = mean((sample) => (sample.seconds - x) * (sample.mebibytes - y));
  return (covariance / mean((sample) => (sample.seconds - x) ** 2)) * 60;
}

const MIN_SAMPLES = 15;
