// What SCIM costs on a big directory, on both engines: npm run bench:scim [-- sqlite|postgres]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { mintSecret } from "../src/directory/keys/api-key.ts";
import { administer, startPostgres } from "../test/support/postgres.ts";
import { fillDatabase, SOURCES } from "./harness/database.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { describeMachine } from "./harness/machine.ts";
import { databaseIn, startRoster } from "./harness/servers.ts";
import { number } from "./harness/table.ts";
import { findProblems, pinSelf } from "./harness/tools.ts";
import { timeRequests } from "./lists/measure.ts";
import { type ScimClient, scimClient } from "./scim/client.ts";

const users = Number(process.env["BENCH_USERS"] || 100_000);
const ENGINES = { sqlite: onSqlite, postgres: onPostgres };
const PAGE = 1000;
const BULK = 1000;

const asked = process.argv.slice(2);
const problems = findProblems();
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(2);
}
pinSelf();
const folder = temporaryFolder();
console.log(`# SCIM, ${number(users)} users\n\n${describeMachine()}\n`);
for (const [name, run] of Object.entries(ENGINES).filter(([engine]) => asked.length === 0 || asked.includes(engine))) {
  console.log(`## ${name}\n\n${await run()}\n`);
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
  const server = await startRoster(folder, { secret, env: { ROSTER_DATABASE_URL: databaseUrl, ROSTER_SCIM: "on" } });
  try {
    const client = scimClient(server.httpUrl, secret);
    const imported = await importAll(client);
    return [imported, await timeLists(client), await push(client)].join("\n");
  } finally {
    await server.stop();
  }
}

/** Reads all users page by page, as identity providers do; each of them once. */
async function importAll({ list }: ScimClient): Promise<string> {
  const begin = performance.now();
  const seen = new Set<string>();
  for (let total = 1; seen.size < total; ) {
    const page = await list(`startIndex=${seen.size + 1}&count=${PAGE}`);
    total = page.totalResults;
    for (const { id } of page.Resources) seen.add(id);
    if (page.Resources.length === 0) throw new Error(`the pages end after ${seen.size} of ${total} users`);
  }
  const seconds = (performance.now() - begin) / 1000;
  return `All ${number(seen.size)} users in pages of ${PAGE}: ${seconds.toFixed(1)} s.\n`;
}

async function timeLists({ list }: ScimClient): Promise<string> {
  const page = (startIndex: number) => () => list(`startIndex=${startIndex}&count=100`);
  const filtered = (filter: string) => () => list(`filter=${encodeURIComponent(filter)}`);
  const times = await timeRequests({
    "a page of 100, the first": page(1),
    "the page in the middle": page(Math.floor(users / 2)),
    "the last page": page(users - 99),
    "totalResults alone": () => list("count=0"),
    "the last page by userName": () => list(`sortBy=userName&startIndex=${users - 99}&count=100`),
    "userName eq, nobody": filtered('userName eq "nobody at all"'),
    "externalId eq, without an index": filtered('externalId eq "00u1"'),
    'emails[type eq "work"].value eq': filtered('emails[type eq "work"].value eq "nobody@example.com"'),
  });
  const rows = Object.entries(times).map(([what, milliseconds]) => `| ${what} | ${milliseconds.toFixed(1)} ms |`);
  return ["| request | median |", "| --- | --- |", ...rows, ""].join("\n");
}

/** Creates users one request after the other, and the same number in one Bulk. */
async function push({ create, bulk }: ScimClient): Promise<string> {
  const begin = performance.now();
  for (let index = 0; index < BULK; index += 1) await create(`single${index}@example.com`);
  const between = performance.now();
  await bulk(Array.from({ length: BULK }, (_, index) => `bulk${index}@example.com`));
  const end = performance.now();
  return `${BULK} users created one by one: ${number(between - begin)} ms; in one Bulk: ${number(end - between)} ms.`;
}
