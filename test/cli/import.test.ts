import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiKeyRole, createRosterClient, type RosterClient, type User, UserStatus } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LONG } from "../support/bounds.ts";
import { createKey } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, type Finished, HAS_TERMINAL, readNdjson, roster, rosterAnswered, toNdjson } from "./run.ts";

let server: TestServer;
let users: RosterClient["users"];
beforeAll(async () => {
  server = await startTestServer();
  users = createRosterClient({ baseUrl: server.url, apiKey: server.secret }).users;
});
afterAll(() => server.stop());

/** Imports a file of this content. */
async function importFile(name: string, content: string, ...args: string[]): Promise<Finished & { errors: BadRow[] }> {
  const path = join(testFolder(), name);
  writeFileSync(path, content);
  const finished = await roster(["import", path, ...args], { env: callerOf(server) });
  const errorsPath = `${path}.errors.ndjson`;
  return { ...finished, errors: existsSync(errorsPath) ? readNdjson<BadRow>(errorsPath) : [] };
}

interface BadRow {
  readonly line: number;
  readonly reason: string;
  readonly code: string;
  readonly message: string;
  readonly fields?: ReadonlyArray<{ field: string; description: string }>;
  readonly row: object;
}

async function find(externalId: string): Promise<User | undefined> {
  const { results } = await users.lookupUsers({ keys: [{ key: { case: "externalId", value: externalId } }] });
  const [found] = results;
  return found?.result.case === "user" ? found.result.value : undefined;
}

test("imports NDJSON", async () => {
  const { code, stdout, errors } = await importFile(
    "users.ndjson",
    toNdjson([
      { external_id: "nd-1", email: "nd1@example.com", metadata: { nested: { list: [1, "two", null] } } },
      { externalId: "nd-2", displayName: "Two", status: "USER_STATUS_SUSPENDED", account_id: "elsewhere", etag: "7-7" },
    ]),
  );
  expect({ code, errors }).toEqual({ code: 0, errors: [] });
  expect(JSON.parse(stdout)).toEqual({ created: 2, updated: 0, skipped: 0, failed: 0, repeated: 0 });
  expect(await find("nd-1")).toMatchObject({ email: "nd1@example.com", metadata: { nested: { list: [1, "two", null] } } });
  expect(await find("nd-2")).toMatchObject({ displayName: "Two", status: UserStatus.SUSPENDED, accountId: "default" });
});

test("imports CSV", async () => {
  const { code, stdout } = await importFile(
    "users.csv",
    'external_id,email,display_name,status,metadata,metadata.team\r\ncsv-1,c1@example.com,"One, 1",INVITED,"{""n"":1}",red\r\ncsv-2,,,,,\r\n',
  );
  expect(code).toBe(0);
  expect(stdout).toContain('"created":2,');
  expect(await find("csv-1")).toMatchObject({
    displayName: "One, 1",
    status: UserStatus.INVITED,
    metadata: { n: 1, team: "red" },
  });
  expect(await find("csv-2")).toMatchObject({ metadata: {}, status: UserStatus.ACTIVE });
});

test("imports standard input", async () => {
  const env = callerOf(server);
  const ndjson = await roster(["import", "-"], { env, input: '{"external_id":"in-1"}' });
  expect(ndjson).toMatchObject({ code: 0, stdout: expect.stringContaining('"created":1,') });
  const csv = await roster(["import", "-", "--format", "csv"], { env, input: "external_id\nin-2" });
  expect(csv).toMatchObject({ code: 0, stdout: expect.stringContaining('"created":1,') });
  expect(await find("in-2")).toBeDefined();
});

test("treats users that exist as the mode says", async () => {
  const rows = toNdjson([{ external_id: "mode-1", name: "Before" }]);
  const changed = toNdjson([{ external_id: "mode-1", name: "After" }, { external_id: "mode-2" }]);
  await importFile("users.ndjson", rows);
  const create = await importFile("users.ndjson", changed);
  expect(create).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('"created":1,"updated":0,"skipped":0,"failed":1,'),
  });
  expect(create.errors).toMatchObject([{ line: 1, reason: "EXTERNAL_ID_TAKEN", code: "ALREADY_EXISTS" }]);
  const skip = await importFile("users.ndjson", changed, "--mode", "skip-existing");
  expect(skip).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"created":0,"updated":0,"skipped":2,"failed":0,'),
  });
  expect(await find("mode-1")).toMatchObject({ name: "Before" });
  const upsert = await importFile("users.ndjson", changed, "--mode", "upsert");
  expect(upsert).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"created":0,"updated":2,"skipped":0,"failed":0,'),
  });
  expect(await find("mode-1")).toMatchObject({ name: "After" });
});

test("bad rows go to the errors file in the order of the file, and can be corrected and imported", async () => {
  const rows = [{ external_id: "bad-1", name: "1" }, { external_id: "bad-2", emial: "x" }, { external_id: "bad-3" }];
  const { code, stdout, stderr, errors } = await importFile("users.ndjson", `{"half":\n${toNdjson(rows)}`);
  expect({ code, stdout }).toEqual({
    code: 1,
    stdout: expect.stringContaining('"created":1,"updated":0,"skipped":0,"failed":3,'),
  });
  expect(stderr).toContain("users.ndjson.errors.ndjson");
  expect(errors).toEqual([
    { line: 1, reason: "ROW_UNREADABLE", code: "INVALID_ARGUMENT", message: expect.any(String), row: '{"half":' },
    {
      line: 2,
      reason: "FIELD_INVALID",
      code: "INVALID_ARGUMENT",
      message: expect.stringContaining("name"),
      fields: [{ field: "user.name", description: expect.any(String) }],
      row: rows[0],
    },
    { line: 3, reason: "ROW_UNREADABLE", code: "INVALID_ARGUMENT", message: expect.stringContaining("emial"), row: rows[1] },
  ]);
  const corrected = errors.slice(1).map(({ row }) => {
    const { emial: _, ...rest }: Record<string, unknown> = { ...row, name: "Right" };
    return rest;
  });
  expect(await importFile("users.ndjson", toNdjson(corrected))).toMatchObject({ code: 0, errors: [] });
  expect(await find("bad-1")).toMatchObject({ name: "Right" });
});

test("bad rows of CSV can be corrected and imported as NDJSON", async () => {
  const csv = "external_id,name,metadata.a b\nbadcsv-1,1,x\nbadcsv-2,Ada\n";
  const { errors } = await importFile("users.csv", csv);
  expect(errors).toMatchObject([
    { line: 2, row: { external_id: "badcsv-1", name: "1", metadata: { "a b": "x" } } },
    { line: 3, row: "badcsv-2,Ada", message: "has 2 cells where the header has 3" },
  ]);
});

test("--errors says where bad rows go", async () => {
  const path = join(testFolder(), "bad.ndjson");
  const { errors } = await importFile("users.ndjson", "nonsense\n", "--errors", path);
  expect(errors).toEqual([]);
  expect(readNdjson(path)).toMatchObject([{ line: 1, row: "nonsense" }]);
});

test("a file that is imported twice lands once, and the command says so; --fresh imports it again", async () => {
  const path = join(testFolder(), "users.ndjson");
  // Without an id or an address, a second import would create these users again.
  writeFileSync(path, toNdjson(Array.from({ length: 1500 }, () => ({ name: "Twice" }))));
  const count = async () => Number((await users.listUsers({ includeTotal: true })).totalSize);
  const before = await count();
  const run = (...args: string[]) => roster(["import", path, ...args], { env: callerOf(server) });
  expect((await run()).stderr).not.toContain("earlier run");
  const again = await run();
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining("1500 rows had been imported by an earlier run") });
  expect(await count()).toBe(before + 1500);
  expect((await run("--fresh")).stderr).not.toContain("earlier run");
  expect(await count()).toBe(before + 3000);
});

test("a file of any size takes the same memory, in and out", LONG, async () => {
  const path = join(testFolder(), "large.ndjson");
  const about = "𝔘".repeat(16_000);
  writeFileSync(path, toNdjson(Array.from({ length: 700 }, (_, index) => ({ external_id: `large-${index}`, about }))));
  const env = { ...callerOf(server), NODE_OPTIONS: "--max-old-space-size=48" };
  expect(await roster(["import", path], { env })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"created":700,'),
  });
  const out = join(testFolder(), "out.ndjson");
  expect(await roster(["export", out], { env })).toMatchObject({ code: 0 });
  expect(statSync(out).size).toBeGreaterThan(44_000_000);
});

test("a refusal of the server is printed without a stack, with exit code 1", async () => {
  const reader = await createKey(server.url, server.secret, ApiKeyRole.READER);
  const refused = await roster(["import", "-"], { env: { ...callerOf(server), ROSTER_API_KEY: reader }, input: "{}" });
  expect(refused).toEqual({
    code: 4,
    stdout: "",
    stderr: expect.stringMatching(/^roster: PERMISSION_DENIED PERMISSION_DENIED: [^\n]+\nnext: [^\n]+\n$/),
  });
  const env = { ...callerOf(server), ROSTER_API_KEY: "roster_wrong" };
  expect(await roster(["import", "-"], { env })).toMatchObject({
    code: 4,
    stderr: expect.stringMatching(
      /^roster: UNAUTHENTICATED API_KEY_INVALID: [^\n]+\nnext: check the key \(ROSTER_API_KEY\)[^\n]+\n$/,
    ),
  });
});

test("a server that can't be reached is reported at once, with an exit code of its own", async () => {
  const env = { ...callerOf(server), ROSTER_SERVER: "http://127.0.0.1:1" };
  expect(await roster(["export", "-"], { env })).toEqual({
    code: 6,
    stdout: "",
    stderr: expect.stringMatching(
      /^roster: can't reach the server at http:\/\/127\.0\.0\.1:1 \(connect ECONNREFUSED 127\.0\.0\.1:1\)\nnext: .+\n$/,
    ),
  });
});

test.runIf(HAS_TERMINAL)("Ctrl-C ends an import without a word, and leaves the terminal as it was", async () => {
  const answers = [["imported 0 users, 0/s", "\u0003"]] as const;
  const { code, raw, shown } = await rosterAnswered(["import", "-"], callerOf(server), answers);
  expect({ code, shown }).toEqual({
    code: 130,
    shown: expect.stringMatching(/^imported 0 users, 0\/s\s*(\^C)?\s*(imported 0 users, 0\/s\s*)?$/),
  });
  const [HIDE, SHOW] = ["\u001b[?25l", "\u001b[?25h"];
  expect(raw).toContain(HIDE);
  expect(raw.lastIndexOf(SHOW)).toBeGreaterThan(raw.lastIndexOf(HIDE));
});
