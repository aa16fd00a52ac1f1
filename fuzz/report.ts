import { describeMachine } from "../bench/harness/machine.ts";
import { number } from "../bench/harness/table.ts";
import { quantile } from "../soak/load/meter.ts";
import { slopeAfter } from "../soak/servers/resources.ts";
import type { FuzzOptions } from "./options.ts";
import type { RunResult } from "./run.ts";
import type { Besieged, Siege } from "./siege.ts";

const SETTLED_AFTER_S = 120;
const SLOPE_GOAL = 1;
/** How much slower the honest client may be during an attack. */
const DELAY_GOAL = 3;

/** What a run has shown, in Markdown. */
export function toReport(results: readonly RunResult[], { seed, minutes }: FuzzOptions): string {
  const requests = results.reduce((sum, { tally }) => sum + tally.requests, 0);
  const findings = results.reduce((sum, result) => sum + result.findings.count, 0);
  return `# Fuzz

${describeMachine()}. ${number(minutes)} minutes, seed ${seed}. How it is done: [fuzz](../../fuzz/README.md).

**${count(requests)} requests; ${findings === 0 ? "nothing was found" : `${count(findings)} findings`}.**

${toTable(
  ["", ...results.map(({ engine }) => engine)],
  ROWS.map(([name, column]) => [name, ...results.map(column)]),
)}

## What was answered

${outcomes(results)}

## Calls that went through

Of the answers of each method, those that were no error.

${methods(results)}

## Attacks by frames

${results.map(attacks).join("\n\n")}
`;
}

type Column = (result: RunResult) => string;

const ROWS: ReadonlyArray<readonly [string, Column]> = [
  ["seconds", ({ seconds }) => number(seconds)],
  ["requests", ({ tally }) => count(tally.requests)],
  ["of them spoilt after they were made", ({ tally }) => count(tally.spoilt)],
  ["findings", ({ findings }) => (findings.count === 0 ? "0" : `**${findings.count}**`)],
  ["memory of the server: first, most, last", memory],
  ["its growth after two minutes", growth],
  ["its open files without connections: before, after", ({ files: [before, after] }) => `${before}, ${after}`],
];

function outcomes(results: readonly RunResult[]): string {
  const names = new Set(results.flatMap(({ tally }) => tally.outcomes().map(([name]) => name)));
  const sums = results.map(({ tally }) => new Map(tally.outcomes()));
  return toTable(
    ["", ...results.map(({ engine }) => engine)],
    [...names].map((name) => [name.slice(0, 80), ...sums.map((sum) => count(sum.get(name) ?? 0))]),
  );
}

function methods(results: readonly RunResult[]): string {
  const names = new Set(results.flatMap(({ tally }) => tally.methods));
  return toTable(
    ["", ...results.map(({ engine }) => engine)],
    [...names].map((name) => [
      name.replace(/^roster\.v1\./, ""),
      ...results.map(({ tally }) => `${count(tally.of(name, "OK") + tally.of(name, "left"))} of ${count(tally.of(name))}`),
    ]),
  );
}

function attacks({ engine, siege }: RunResult): string {
  if (siege.attacks.length === 0) return `${engine}: none.`;
  return `${engine}. Idle: ${latency(siege.idle)}. Goal: p99 at most ${DELAY_GOAL} times that.

${toTable(
  [
    "attack",
    "port",
    "megabytes sent",
    "connections: opened, ended by the server",
    "honest calls: median, p99",
    "times idle",
    "memory: before, most",
  ],
  siege.attacks.map((one) => attackRow(one, siege)),
)}`;
}

function attackRow(
  { attack, port, bytes, connections, closed, honest, memory: [before, most] }: Besieged,
  { idle }: Siege,
): string[] {
  const times = honest.length === 0 ? Number.POSITIVE_INFINITY : quantile(honest, 0.99) / quantile(idle, 0.99);
  return [
    attack,
    port,
    number(bytes / 1e6),
    `${count(connections)}, ${count(closed)}`,
    honest.length === 0 ? "none ended" : latency(honest),
    honest.length === 0 ? "**?**" : times <= DELAY_GOAL ? times.toFixed(1) : `**${times.toFixed(1)}**`,
    `${number(before)} MiB, ${number(most)} MiB`,
  ];
}

/** Of things that are whole. */
function count(value: number): string {
  return value < 1_000 ? String(value) : number(value);
}

function latency(values: readonly number[]): string {
  return `${number(quantile(values, 0.5))} ms, ${number(quantile(values, 0.99))} ms`;
}

function memory({ resources }: RunResult): string {
  const values = resources.map(({ mebibytes }) => mebibytes);
  return [values[0] ?? 0, Math.max(0, ...values), values.at(-1) ?? 0].map((value) => `${number(value)} MiB`).join(", ");
}

function growth({ resources }: RunResult): string {
  const slope = slopeAfter(resources, SETTLED_AFTER_S);
  if (slope === undefined) return "too short to tell";
  return `${slope.toFixed(2)} MiB a minute ${slope <= SLOPE_GOAL ? "(goal: ≤ 1, met)" : "(goal: ≤ 1, **not met**)"}`;
}

function toTable(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
