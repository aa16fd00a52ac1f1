import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ApiKeyRole, createRosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createKey } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, roster, rosterJson, rosterRows } from "./run.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

interface Account {
  readonly id: string;
  readonly slug: string;
}

const run = <T>(...args: string[]) => rosterJson<T>(["accounts", ...args], callerOf(server));
const list = (...args: string[]) => rosterRows<Account>(["accounts", "list", ...args], callerOf(server));

test("accounts are created, found, listed and changed", async () => {
  const acme = await run<Account>("create", "--name", "Acme Ltd");
  expect(acme).toEqual({
    id: expect.stringMatching(/^A/),
    name: "Acme Ltd",
    slug: "acme-ltd",
    status: "ACCOUNT_STATUS_ACTIVE",
    metadata: {},
    self_writable: [],
    create_time: expect.any(String),
    update_time: expect.any(String),
    etag: expect.any(String),
    revision: "0",
  });
  const other = await run<Account>("create", "--name", "Other", "--slug", "another");
  expect(other).toMatchObject({ name: "Other", slug: "another" });
  expect(await run("get", acme.id)).toEqual(acme);
  expect(await run("get", "--account", acme.id)).toEqual(acme);
  expect((await list()).map(({ id }) => id)).toEqual([acme.id, other.id, "default"]);
  expect((await list("--filter", 'slug.startsWith("a")', "--order-by", "slug")).map(({ slug }) => slug)).toEqual([
    "acme-ltd",
    "another",
  ]);
  expect(await run("update", acme.id, "--name", "Acme", "--slug", "acme")).toMatchObject({ name: "Acme", slug: "acme" });
  expect(await run("update", acme.id, "--name", "ACME")).toMatchObject({ name: "ACME", slug: "acme" });
  const opened = await run("update", acme.id, "--self-writable", "theme,profile.city");
  expect(opened).toMatchObject({ name: "ACME", self_writable: ["theme", "profile.city"] });
  expect(await run("update", acme.id, "--self-writable", "")).toMatchObject({ name: "ACME", self_writable: [] });
});

test("an account is given a schema for the metadata of its users from a file, and rid of it", async () => {
  const file = join(testFolder(), "schema.json");
  const schema = { type: "object", required: ["plan"] };
  writeFileSync(file, JSON.stringify(schema));
  const made = await run<Account>("create", "--name", "Ruled", "--metadata-schema", file);
  expect(made).toMatchObject({ metadata_schema: schema });
  const { id } = made;
  expect(await run("update", id, "--no-metadata-schema")).not.toHaveProperty("metadata_schema");
  await createRosterClient({ baseUrl: server.url, apiKey: server.secret }).users.createUser({ accountId: id, user: {} });
  const env = callerOf(server);
  const update = ["accounts", "update", id, "--metadata-schema", file];
  const refused = await roster(update, { env });
  expect(refused.stderr).toContain("FAILED_PRECONDITION METADATA_RULE_BROKEN: 1 users break the metadata_schema; `force`");
  const forced = await roster([...update, "--force"], { env });
  expect([forced.code, forced.stderr]).toEqual([
    0,
    "1 users break the schema, and may until their metadata is next written\n",
  ]);
  writeFileSync(file, "{");
  expect((await roster(update, { env })).stderr).toContain(`can't read a JSON Schema from ${file}: `);
  writeFileSync(file, "[]");
  expect((await roster(update, { env })).stderr).toContain(`${file} must have a JSON Schema: an object`);
});

test("without an id, get and update are about the key's own account", async () => {
  expect(await run("update", "--name", "Home")).toMatchObject({ id: "default", name: "Home" });
  expect(await run("get")).toMatchObject({ id: "default", name: "Home" });
});

test("accounts are suspended, activated and deleted", async () => {
  const { id } = await run<Account>("create", "--name", "Short-lived");
  expect(await run("suspend", id)).toMatchObject({ id, status: "ACCOUNT_STATUS_SUSPENDED" });
  expect(await run("activate", id)).toMatchObject({ id, status: "ACCOUNT_STATUS_ACTIVE" });
  await createRosterClient({ baseUrl: server.url, apiKey: server.secret }).users.createUser({ accountId: id, user: {} });
  await expect(run("delete", id)).rejects.toThrow("FAILED_PRECONDITION ACCOUNT_NOT_EMPTY: ");
  expect(await run("delete", id, "--force")).toEqual({});
  await expect(run("get", id)).rejects.toThrow("NOT_FOUND ACCOUNT_NOT_FOUND: ");
});

test("a refusal of the server goes to standard error, with an exit code and nothing on standard output", async () => {
  const { users } = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  const { user } = await users.createUser({ user: {} });
  const secret = await createKey(server.url, server.secret, ApiKeyRole.READER, user?.id);
  expect(await roster(["accounts", "list"], { env: callerOf({ ...server, secret }) })).toEqual({
    code: 4,
    stdout: "",
    stderr: expect.stringMatching(/^roster: PERMISSION_DENIED PERMISSION_DENIED: .+\nnext: .+ROSTER_API_KEY\n$/),
  });
});
