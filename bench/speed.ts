// Roster beside its peers: npm run bench [-- WORK…]. See README.md here.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mintSecret } from "../src/directory/keys/api-key.ts";
import { SOURCES } from "./harness/database.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { describeMachine } from "./harness/machine.ts";
import type { Outcome } from "./harness/outcome.ts";
import { toPlot } from "./harness/plot.ts";
import { toTable } from "./harness/table.ts";
import { findProblems, pinSelf } from "./harness/tools.ts";
import { createWorld, type Work } from "./harness/world.ts";
import { batchUpdateUsers } from "./work/batch-update-users.ts";
import { createUser } from "./work/create-user.ts";
import { EXPORT_ROUNDS, exportUsers } from "./work/export.ts";
import { exportWhileWriting } from "./work/export-while-writing.ts";
import { getUser, getUserByConnect } from "./work/get-user.ts";
import { getUserWithToken } from "./work/get-user-token.ts";
import { getUserTraced } from "./work/get-user-traced.ts";
import { importUsers } from "./work/import-users.ts";
import { latency } from "./work/latency.ts";
import { listUsers } from "./work/list-users.ts";
import { start } from "./work/start.ts";
import { workers } from "./work/workers.ts";

const ALL: readonly Work[] = [
  start,
  importUsers,
  batchUpdateUsers,
  exportUsers,
  getUser,
  getUserByConnect,
  getUserWithToken,
  getUserTraced,
  listUsers,
  latency,
  exportWhileWriting,
  createUser,
  workers,
];
const RESULTS = join(import.meta.dirname, "results");
const FULL_SIZE = 1_000_000;
const ROUNDS = 5;

const asked = process.argv.slice(2);
const users = Number(process.env["BENCH_USERS"] || FULL_SIZE);
const problems = [...findProblems(), ...asked.filter(isUnknown).map(describeUnknown)];
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(2);
}
pinSelf();
const outcomes = await measure(asked.length === 0 ? ALL : ALL.filter(({ name }) => asked.includes(name)));
const report = describe(outcomes);
console.log(report);
if (asked.length === 0 && users === FULL_SIZE) {
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(join(RESULTS, "speed.md"), report);
  writeFileSync(join(RESULTS, "speed.svg"), toPlot(outcomes));
}

async function measure(works: readonly Work[]): Promise<Outcome[]> {
  const world = createWorld(temporaryFolder(), { rounds: ROUNDS, users, secret: mintSecret(SOURCES.newId("K")) });
  const found: Outcome[] = [];
  try {
    for (const work of works) {
      console.error(`${Math.round(performance.now() / 1000)} s: ${work.name}`);
      found.push(...(await work.run(world)));
    }
    return found;
  } finally {
    await world.stop();
  }
}

function describe(found: readonly Outcome[]): string {
  return `# Speed

${describeMachine()}. One core for the server, one for what loads it. Medians of ${ROUNDS} rounds in turn (of ${EXPORT_ROUNDS} where all users stream), and from the least to the most.
How it is measured: [bench/README.md](../README.md).

${toTable(found)}
`;
}

function isUnknown(name: string): boolean {
  return !ALL.some((work) => work.name === name);
}

function describeUnknown(name: string): string {
  return `there is no ${JSON.stringify(name)}; there are ${ALL.map((work) => work.name).join(", ")}`;
}
