import { describeMachine } from "../bench/harness/machine.ts";
import { number } from "../bench/harness/table.ts";
import { quantile } from "./load/meter.ts";
import type { SoakOptions } from "./options.ts";
import type { RunResult } from "./run.ts";
import { slopeAfter } from "./servers/resources.ts";

const SETTLED_AFTER_S = 120;
const SLOPE_GOAL = 1;

/** What a soak has shown, in Markdown. */
export function toReport(results: readonly RunResult[], { seed, minutes }: SoakOptions): string {
  const kills = results.reduce((sum, { faults }) => sum + faults.kills, 0);
  const lost = results.some(({ broken }) => broken !== undefined);
  return `# Soak

${describeMachine()}. ${number(minutes)} minutes, seed ${seed}. How it is done: [soak](../../soak/README.md).

**${number(kills)} kills; ${lost ? "a promise was not kept" : "nothing that was acknowledged was lost"}.**

${table(results)}

## What was broken

${faultTable(results)}
${results.flatMap(impossibleText).join("")}
## Calls

${callTable(results)}
`;
}

/** What shows that a promise was not kept: the seed, the promise, the history, what was broken. */
export function toEvidence({ engine, broken, timeline }: RunResult, { seed }: SoakOptions): string {
  if (broken === undefined) return "";
  return [
    `seed ${seed}, ${engine}: ${broken.message}`,
    ...broken.evidence.map((line) => `  ${line}`),
    "what was broken, and when:",
    ...timeline.last().map((line) => `  ${line}`),
  ].join("\n");
}

type Column = (result: RunResult) => string;

const ROWS: ReadonlyArray<readonly [string, Column]> = [
  ["seconds", ({ seconds }) => number(seconds)],
  ["kills", ({ faults }) => number(faults.kills)],
  ["writes acknowledged", ({ ledger }) => number(ledger.acknowledged)],
  ["writes lost", ({ broken }) => (broken === undefined ? "0" : `**${broken.promise}**`)],
  ["writes without an answer: wholly done or not at all", ({ ledger }) => number(ledger.unknown)],
  ["calls repeated by their `request_id`: the same answer", ({ meter }) => number(meter.repeats)],
  ["attempts of calls that failed", ({ meter }) => `${number(meter.failures)} of ${number(meter.attempts)}`],
  ["streams broken", ({ streams }) => number(streams.broken)],
  ["streams resumed", ({ streams }) => number(streams.resumed)],
  ["exports complete", ({ streams }) => `${number(streams.exports)}, ${number(streams.exportedUsers)} users`],
  ["changes watched", ({ streams }) => number(streams.changes)],
  ["audit entries watched", ({ streams }) => number(streams.auditEntries)],
  ["checks of everything", ({ comparisons }) => number(comparisons.checks)],
  ["users compared", ({ comparisons }) => number(comparisons.users)],
  ["calls a second: capacity, and while things broke", ({ rates }) => `${number(rates.capacity)}, ${number(rates.paced)}`],
  ["reads, nothing broken: median, p99", ({ meter }) => latency(meter.quiet.reads)],
  ["writes, nothing broken: median, p99", ({ meter }) => latency(meter.quiet.writes)],
  ["all reads, from first attempt to answer: p99", ({ meter }) => `${number(quantile(meter.all.reads, 0.99))} ms`],
  ["all writes, from first attempt to answer: p99", ({ meter }) => `${number(quantile(meter.all.writes, 0.99))} ms`],
  [
    "memory of the server that stays: first, last",
    ({ resources }) =>
      ends(
        resources.map(({ mebibytes }) => mebibytes),
        "MiB",
      ),
  ],
  ["its growth after two minutes", growth],
  ["its open files: first, most, last", files],
];

function table(results: readonly RunResult[]): string {
  return toTable(
    ["", ...results.map(({ engine }) => engine)],
    ROWS.map(([name, column]) => [name, ...results.map(column)]),
  );
}

function faultTable(results: readonly RunResult[]): string {
  const names = new Set(results.flatMap(({ faults }) => faults.entries().map(([name]) => name)));
  const rows = [...names].sort().map((name) => [name, ...results.map(({ faults }) => number(faults.of(name)))]);
  return toTable(["", ...results.map(({ engine }) => engine)], rows);
}

function callTable(results: readonly RunResult[]): string {
  const names = new Set(results.flatMap(({ meter }) => [...meter.calls.keys()]));
  const rows = [...names].sort().map((name) => [name, ...results.map(({ meter }) => number(meter.calls.get(name) ?? 0))]);
  return toTable(["answered", ...results.map(({ engine }) => engine)], rows);
}

function toTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function impossibleText({ engine, impossible }: RunResult): string[] {
  return impossible.length === 0 ? [] : [`\nNot possible on ${engine}, or not on this machine: ${impossible.join(", ")}.\n`];
}

function latency(values: readonly number[]): string {
  return `${number(quantile(values, 0.5))} ms, ${number(quantile(values, 0.99))} ms`;
}

function ends(values: readonly number[], unit: string): string {
  return `${number(values[0] ?? 0)} ${unit}, ${number(values.at(-1) ?? 0)} ${unit}`;
}

function growth({ resources }: RunResult): string {
  const slope = slopeAfter(resources, SETTLED_AFTER_S);
  if (slope === undefined) return "too short to tell";
  return `${slope.toFixed(2)} MiB a minute ${slope <= SLOPE_GOAL ? "(goal: ≤ 1, met)" : "(goal: ≤ 1, **not met**)"}`;
}

function files({ resources }: RunResult): string {
  const counts = resources.map((sample) => sample.files);
  return `${counts[0] ?? 0}, ${Math.max(0, ...counts)}, ${counts.at(-1) ?? 0}`;
}
