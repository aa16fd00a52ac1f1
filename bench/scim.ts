// What SCIM costs on a big directory, on both engines: npm run bench:scim [-- sqlite|postgres]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { mintSecret } from "../src/directory/keys/api-key.ts";
import { administer, startPostgres } from "../test/support/postgres.ts";
import { fillDatabase, SOURCES } from "./harness/database.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { describeMachine } from "./harness/machine.ts";
import { cpuSeconds, databaseIn, type Server, startRoster } from "./harness/servers.ts";
import { number } from "./harness/table.ts";
import { findProblems, pinSelf } from "./harness/tools.ts";
import { type ScimClient, scimClient } from "./scim/client.ts";

const users = Number(process.env["BENCH_USERS"] || 100_000);
const ENGINES = { sqlite: onSqlite, postgres: onPostgres };
const PAGE = 1000;
const BULK = 1000;
const REQUESTS = 10;

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
    const meter = meterOf(server);
    return [await importAll(client, meter), await measureLists(client, meter), await push(client, meter)].join("\n");
  } finally {
    await server.stop();
  }
}

/** Tells how long work takes, and how much of that the server computes; on PostgreSQL, without the database. */
type Meter = (work: () => Promise<unknown>) => Promise<string>;

function meterOf(server: Server): Meter {
  return async (work) => {
    const [begin, busy] = [performance.now(), cpuSeconds(server)];
    await work();
    const seconds = (performance.now() - begin) / 1000;
    return `${seconds.toFixed(1)} s, ${(cpuSeconds(server) - busy).toFixed(2)} s of CPU`;
  };
}

/** Reads all users page by page, as identity providers do; each of them once. */
async function importAll({ list }: ScimClient, meter: Meter): Promise<string> {
  const seen = new Set<string>();
  const taken = await meter(async () => {
    for (let total = 1; seen.size < total; ) {
      const page = await list(`startIndex=${seen.size + 1}&count=${PAGE}`);
      total = page.totalResults;
      for (const { id } of page.Resources) seen.add(id);
      if (page.Resources.length === 0) throw new Error(`the pages end after ${seen.size} of ${total} users`);
    }
  });
  return `All ${number(seen.size)} users in pages of ${PAGE}: ${taken}.\n`;
}

/** Each request is another one, so that nothing is known of its list, and no user has changed. */
async function measureLists({ list }: ScimClient, meter: Meter): Promise<string> {
  const filtered = (filter: string) => (n: number) =>
    list(`count=100&filter=${encodeURIComponent(`${filter}"x${n}@example.com"`)}`);
  const requests = {
    "`userName eq`, nobody": filtered("userName eq "),
    "`externalId eq`, nobody, without an index": filtered("externalId eq "),
    '`emails[type eq "work"].value eq`, nobody': filtered('emails[type eq "work"].value eq '),
    "the first page of all but one": filtered("title ne "),
    "the last page of all but one": (n: number) =>
      list(`startIndex=${users - 99}&count=100&filter=${encodeURIComponent(`title ne "x${n}"`)}`),
    "the last page by `userName`": () => list(`sortBy=userName&startIndex=${users - 99}&count=100`),
  };
  const rows: string[] = [];
  for (const [what, request] of Object.entries(requests)) {
    const taken = await meter(async () => {
      for (let n = 0; n < REQUESTS; n += 1) await request(n);
    });
    rows.push(`| ${what} | ${taken} |`);
  }
  return [`| request, ${REQUESTS} times | |`, "| --- | --- |", ...rows, ""].join("\n");
}

/** Creates users one request after the other, and the same number in one Bulk. */
async function push({ create, bulk }: ScimClient, meter: Meter): Promise<string> {
  const single = await meter(async () => {
    for (let index = 0; index < BULK; index += 1) await create(`single${index}@example.com`);
  });
  const together = await meter(() => bulk(Array.from({ length: BULK }, (_, index) => `bulk${index}@example.com`)));
  return `${BULK} users created one by one: ${single}; in one Bulk: ${together}.`;
}
