import { parseArgs } from "node:util";
import { FAULT_NAMES, type FaultName } from "./faults/fault.ts";
import type { EngineName } from "./servers/database.ts";

export interface SoakOptions {
  /** Of all engines together. */
  readonly minutes: number;
  readonly seed: number;
  readonly engines: readonly EngineName[];
  readonly faults: readonly FaultName[];
  readonly callers: number;
  readonly verbose: boolean;
}

export const DEFAULT_MINUTES = 10;
const DEFAULT_CALLERS = 24;
const ENGINES: readonly EngineName[] = ["sqlite", "postgres"];

export const USAGE = `npm run soak -- [--minutes ${DEFAULT_MINUTES}] [--seed N] [--engine ${ENGINES.join("|")}] [--faults ${FAULT_NAMES.join(",")}]
                 [--callers ${DEFAULT_CALLERS}] [--verbose]`;

/** Throws an Error that says what is wrong. */
export function parseOptions(args: readonly string[]): SoakOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: "string", default: String(DEFAULT_MINUTES) },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
      engine: { type: "string", default: ENGINES.join(",") },
      faults: { type: "string", default: FAULT_NAMES.join(",") },
      callers: { type: "string", default: String(DEFAULT_CALLERS) },
      verbose: { type: "boolean", default: false },
    },
  });
  return {
    minutes: positive("minutes", values.minutes),
    seed: positive("seed", values.seed),
    engines: known("engine", values.engine, ENGINES),
    faults: known("faults", values.faults, FAULT_NAMES),
    callers: positive("callers", values.callers),
    verbose: values.verbose,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0) || text.trim() === "") throw new Error(`--${name} must be a number: ${text}`);
  return value;
}

function known<T extends string>(name: string, text: string, all: readonly T[]): T[] {
  const names = text.split(",");
  const unknown = names.filter((one) => !all.some((other) => other === one));
  if (unknown.length > 0) throw new Error(`--${name} has ${unknown.join(", ")}; there are ${all.join(", ")}`);
  return all.filter((one) => names.includes(one));
}
