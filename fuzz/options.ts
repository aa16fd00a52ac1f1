import { parseArgs } from "node:util";
import type { EngineName } from "../soak/servers/database.ts";

export interface FuzzOptions {
  /** Of all engines together. */
  readonly minutes: number;
  readonly seed: number;
  readonly engines: readonly EngineName[];
  /** Files with requests to be made again, instead of all else. */
  readonly replay: readonly string[];
  /** Requests, attacks by frames, or undefined: both. */
  readonly only: Part | undefined;
  readonly verbose: boolean;
}

const PARTS = ["requests", "attacks"] as const;
type Part = (typeof PARTS)[number];

export const DEFAULT_MINUTES = 10;
const ENGINES: readonly EngineName[] = ["sqlite", "postgres"];

export const USAGE = `npm run fuzz -- [--minutes ${DEFAULT_MINUTES}] [--seed N] [--engine ${ENGINES.join("|")}] [--only ${PARTS.join("|")}] [--verbose]
npm run fuzz -- --replay FILE...`;

/** Throws an Error that says what is wrong. */
export function parseOptions(args: readonly string[]): FuzzOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      minutes: { type: "string", default: String(DEFAULT_MINUTES) },
      seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
      engine: { type: "string", default: ENGINES.join(",") },
      replay: { type: "boolean", default: false },
      only: { type: "string" },
      verbose: { type: "boolean", default: false },
    },
  });
  const { replay, verbose } = values;
  if (replay !== positionals.length > 0) throw new Error("files go with --replay, and --replay with files");
  return {
    minutes: positive("minutes", values.minutes),
    seed: positive("seed", values.seed),
    engines: engines(values.engine),
    replay: positionals,
    only: part(values.only),
    verbose,
  };
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0) || text.trim() === "") throw new Error(`--${name} must be a number: ${text}`);
  return value;
}

function engines(text: string): EngineName[] {
  const names = text.split(",");
  const unknown = names.filter((name) => !ENGINES.some((engine) => engine === name));
  if (unknown.length > 0) throw new Error(`--engine has ${unknown.join(", ")}; there are ${ENGINES.join(", ")}`);
  return ENGINES.filter((engine) => names.includes(engine));
}

function part(text: string | undefined): Part | undefined {
  const known = PARTS.find((name) => name === text);
  if (text !== undefined && known === undefined) throw new Error(`--only must be ${PARTS.join(" or ")}: ${text}`);
  return known;
}
