// Requests that nobody should send, and attacks by frames: npm run fuzz -- --help
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { corpus } from "./corpus.ts";
import { findingText } from "./finding.ts";
import { DEFAULT_MINUTES, type FuzzOptions, parseOptions, USAGE } from "./options.ts";
import { toReport } from "./report.ts";
import { readShot } from "./requests/shot.ts";
import { type RunResult, runFuzz } from "./run.ts";
import { ATTACKS } from "./siege.ts";

if (process.argv.includes("--help")) {
  console.log(USAGE);
  process.exit(0);
}
const options = readOptions();
const isReplay = options.replay.length > 0;
/** Of the time. */
const PART_OF_ATTACKS = 0.25;
const PORTS = 2;
const results: RunResult[] = [];
for (const engine of options.engines) {
  console.error(`${engine}, seed ${options.seed}`);
  const seconds = (options.minutes * 60) / options.engines.length;
  const attacks = isReplay || options.only === "requests" ? [] : Object.keys(ATTACKS);
  const forAttacks = attacks.length === 0 ? 0 : options.only === "attacks" ? seconds : seconds * PART_OF_ATTACKS;
  const shoots = !isReplay && options.only !== "attacks";
  const result = await runFuzz({
    command: join(import.meta.dirname, "../bin/roster"),
    engine,
    seeds: [options.seed],
    replay: isReplay ? options.replay.map((file) => readShot(readFileSync(file, "utf8"))) : corpus(),
    sweep: shoots ? { part: 0, parts: 1 } : { parts: 1 },
    seconds: shoots ? seconds - forAttacks : 0,
    attacks,
    attackSeconds: attacks.length === 0 ? 0 : forAttacks / (attacks.length * PORTS),
    tell: (line) => options.verbose && console.error(line),
  });
  results.push(result);
}
console.log(toReport(results, options));
for (const { engine, findings } of results) {
  for (const finding of findings.all) console.error(`seed ${options.seed}, ${engine}: ${findingText(finding)}`);
}
if (isWhole(options)) {
  const folder = join(import.meta.dirname, "../bench/results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "fuzz.md"), toReport(results, options));
}
process.exit(results.some(({ findings }) => findings.count > 0) ? 1 : 0);

function readOptions(): FuzzOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    process.exit(2);
  }
}

/** Shorter runs only print. */
function isWhole({ minutes, engines, replay, only }: FuzzOptions): boolean {
  return minutes >= DEFAULT_MINUTES && engines.length > 1 && replay.length === 0 && only === undefined;
}
