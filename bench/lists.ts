// What pages, filters and watches cost on a big directory, on both engines: npm run bench:lists [-- sqlite|postgres]
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRosterClient } from "@roster/client";
import { SETTINGS } from "../src/config/settings.ts";
import { mintSecret } from "../src/directory/keys/api-key.ts";
import { administer, startPostgres } from "../test/support/postgres.ts";
import { fillDatabase, SOURCES } from "./harness/database.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { describeMachine } from "./harness/machine.ts";
import { databaseIn, startRoster } from "./harness/servers.ts";
import { number } from "./harness/table.ts";
import { findProblems, pinSelf } from "./harness/tools.ts";
import { compareCapped, compareFilters, compareTotal } from "./lists/filters.ts";
import type { Comparison } from "./lists/measure.ts";
import { comparePages } from "./lists/pages.ts";
import { measureSearches, type Search } from "./lists/searches.ts";
import { timeDelivery } from "./lists/watchers.ts";

const FULL_SIZE = 1_000_000;
const DELIVERY_GOAL_MS = 50;
const INDEXED = "ROSTER_INDEXED_METADATA";
const METADATA_KEYS = ["plan"];

const users = Number(process.env["BENCH_USERS"] || FULL_SIZE);
const variables: readonly string[] = Object.values(SETTINGS).map(({ variable }) => variable);
const metadataKeys = variables.includes(INDEXED) ? METADATA_KEYS : [];
const ENGINES = { sqlite: onSqlite, postgres: onPostgres };

const asked = process.argv.slice(2);
const problems = [
  ...findProblems(),
  ...asked
    .filter((name) => !Object.hasOwn(ENGINES, name))
    .map((name) => `no engine ${JSON.stringify(name)}: sqlite, postgres`),
];
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(2);
}
pinSelf();
const folder = temporaryFolder();
const sections: string[] = [];
for (const [name, run] of Object.entries(ENGINES).filter(([engine]) => asked.length === 0 || asked.includes(engine))) {
  sections.push(`## ${name}\n\n${await run()}`);
}
const report = `# Lists of ${number(users)} users

${describeMachine()}. Medians of requests in turn, the answer decoded; pages of 50.
How it is measured: [bench/README.md](../README.md).

${sections.join("\n")}`;
console.log(report);
if (asked.length === 0 && users === FULL_SIZE) {
  const results = join(import.meta.dirname, "results");
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, "lists.md"), report);
}

function onSqlite(): Promise<string> {
  const path = join(folder, "sqlite");
  mkdirSync(path);
  return measure(`sqlite:${databaseIn(path)}`, async () => {});
}

async function onPostgres(): Promise<string> {
  const server = await startPostgres();
  try {
    return await measure(`${server.url}/postgres`, () => administer(server, "vacuum analyze"));
  } finally {
    await server.remove();
  }
}

async function measure(databaseUrl: string, settle: () => Promise<void>): Promise<string> {
  const secret = mintSecret(SOURCES.newId("K"));
  console.error(`… filling a database with ${users} users`);
  await fillDatabase(databaseUrl, secret, users);
  await settle();
  const env = {
    ROSTER_DATABASE_URL: databaseUrl,
    ...(metadataKeys.length > 0 && { [INDEXED]: metadataKeys.join(",") }),
  };
  const server = await startRoster(folder, { secret, env });
  const client = createRosterClient({ baseUrl: server.httpUrl, apiKey: secret, timeoutMs: 0, retry: false });
  try {
    const comparisons = [
      ...(await comparePages(client.users, users)),
      ...(await compareFilters(client.users, metadataKeys)),
      await compareTotal(client.users),
      await compareCapped(client.users),
    ];
    const searches = await measureSearches(client.users);
    return `${toTable(comparisons)}\n\n${toSearchTable(searches)}\n\n${describeDelivery(await timeDelivery(server, client.users))}\n`;
  } finally {
    client.close();
    await server.stop();
  }
}

function toTable(comparisons: readonly Comparison[]): string {
  const rows = comparisons.map(({ what, milliseconds, beside, besideMilliseconds, goal }) => {
    const ratio = milliseconds / besideMilliseconds;
    const besideText = `${beside}: ${besideMilliseconds.toFixed(2)} ms`;
    const verdict = `${ratio.toFixed(2)} × ${ratio <= goal ? "met" : "**not met**"}`;
    return [what.replaceAll("|", "\\|"), `${milliseconds.toFixed(2)} ms`, besideText, `≤ ${goal} ×`, verdict];
  });
  return [["request", "median", "beside", "goal", "result"], Array<string>(5).fill("---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function toSearchTable(searches: readonly Search[]): string {
  const rows = searches.map(({ what, found, milliseconds, goal }) => [
    what,
    number(found),
    `${milliseconds.toFixed(1)} ms`,
    `≤ ${goal} ms`,
    milliseconds <= goal ? "met" : "**not met**",
  ]);
  return [["query", "users found", "median", "goal", "result"], Array<string>(5).fill("---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function describeDelivery(milliseconds: number): string {
  const verdict = milliseconds < DELIVERY_GOAL_MS ? "met" : "**not met**";
  return `A watcher has a change ${milliseconds.toFixed(1)} ms after the call that writes it began, in the median of a thousand watchers of one account (goal: < ${DELIVERY_GOAL_MS} ms, ${verdict}).`;
}
