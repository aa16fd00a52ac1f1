// Everything breaks, and nothing acknowledged may be lost: npm run soak -- --help
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FAULT_NAMES } from "./faults/fault.ts";
import { DEFAULT_MINUTES, parseOptions, type SoakOptions, USAGE } from "./options.ts";
import { toEvidence, toReport } from "./report.ts";
import { type RunResult, runSoak } from "./run.ts";

if (process.argv.includes("--help")) {
  console.log(USAGE);
  process.exit(0);
}
const options = readOptions();
const results: RunResult[] = [];
for (const engine of options.engines) {
  console.error(`${engine}, seed ${options.seed}`);
  const result = await runSoak({
    command: join(import.meta.dirname, "../bin/roster"),
    engine,
    seconds: (options.minutes * 60) / options.engines.length,
    seed: options.seed,
    faults: options.faults,
    hasTeam: true,
    callers: options.callers,
    usersEach: 120,
    warmUpSeconds: 10,
    calmSeconds: 15,
    faultsEachRound: 5,
    killsEachRound: 30,
    tell: options.verbose ? (line) => console.error(line) : (line) => line.includes("checked") && console.error(line),
  });
  results.push(result);
  if (result.broken !== undefined) break;
}
const report = toReport(results, options);
console.log(report);
for (const result of results) console.error(toEvidence(result, options));
if (isWhole(options)) {
  const folder = join(import.meta.dirname, "../bench/results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "soak.md"), report);
}
process.exit(results.some(({ broken }) => broken !== undefined) ? 1 : 0);

function readOptions(): SoakOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Shorter runs only print. */
function isWhole({ minutes, engines, faults }: SoakOptions): boolean {
  return minutes >= DEFAULT_MINUTES && engines.length > 1 && faults.length === FAULT_NAMES.length;
}
