import { ApiKeyRole, createRosterClient, type RosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LONG } from "../support/bounds.ts";
import { createKey } from "../support/clients.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, HAS_TERMINAL, roster, rosterAnswered, rosterJson } from "./run.ts";

let server: TestServer;
let client: RosterClient;
beforeAll(async () => {
  server = await startTestServer();
  client = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
});
afterAll(async () => {
  client.close();
  await server.stop();
});

interface User {
  readonly id: string;
  readonly etag: string;
  readonly metadata: Record<string, unknown>;
}

const run = <T = User>(...args: string[]) => rosterJson<T>(["users", ...args], callerOf(server));
const failure = (...args: string[]) => roster(["users", ...args], { env: callerOf(server) });

test("users are created, found by any of their keys, and changed", async () => {
  const set = ["--set", "metadata.plan=pro", "--set", "metadata.seats=5", "--set", "about=a=b", "--set", "status=invited"];
  const ada = await run("create", "--email", "Ada@example.com", "--name", "Ada", "--external-id", "crm 1", ...set);
  expect(ada).toMatchObject({
    id: expect.stringMatching(/^U/),
    email: "Ada@example.com",
    name: "Ada",
    external_id: "crm 1",
    about: "a=b",
    status: "USER_STATUS_INVITED",
    metadata: { plan: "pro", seats: 5 },
  });
  expect(await run("get", ada.id)).toEqual(ada);
  expect(await run("get", "--email", "ada@EXAMPLE.com")).toEqual(ada);
  expect(await run("get", "--external-id", "crm 1")).toEqual(ada);
  const change = [
    "--set",
    'metadata.team={"id":7}',
    "--set",
    'metadata["a.b"]="7"',
    "--unset",
    "metadata.seats",
    "--unset",
    "name",
  ];
  const changed = await run("update", "--email", "ada@example.com", ...change);
  expect(changed).toMatchObject({ metadata: { plan: "pro", team: { id: 7 }, "a.b": "7" }, email: "Ada@example.com" });
  expect(changed).not.toHaveProperty("name");
  expect((await run("update", ada.id, "--set", "metadata.team.size=2")).metadata["team"]).toEqual({ id: 7, size: 2 });
  expect((await run("update", ada.id, "--set", 'metadata={"__proto__":{"x":1}}')).metadata).toEqual(
    JSON.parse('{"__proto__":{"x":1}}'),
  );
  expect(await run("update", ada.id, "--set", "super_admin=true")).toMatchObject({ super_admin: true });
});

test("a name that metadata objects have anyway is a key like others", async () => {
  const { id } = await run("create", "--set", "metadata.__proto__.x=1", "--set", "metadata.constructor=2");
  const { metadata } = await run("get", id);
  expect(JSON.stringify(metadata)).toBe('{"__proto__":{"x":1},"constructor":2}');
});

test("users are suspended, activated, deleted and brought back", async () => {
  const { id } = await run("create", "--email", "kay@example.com");
  expect(await run("suspend", "--email", "kay@example.com")).toMatchObject({ id, status: "USER_STATUS_SUSPENDED" });
  expect(await run("activate", id)).toMatchObject({ id, status: "USER_STATUS_ACTIVE" });
  expect(await run("delete", id)).toMatchObject({ id, delete_time: expect.any(String) });
  await expect(run("get", id)).rejects.toThrow("NOT_FOUND USER_NOT_FOUND: ");
  expect(await run("get", id, "--show-deleted")).toMatchObject({ delete_time: expect.any(String) });
  expect(await run("undelete", id)).not.toHaveProperty("delete_time");
});

test("a purge needs --yes where nobody can be asked, and shows what it has removed", async () => {
  const { id } = await run("create", "--email", "gone@example.com");
  await run("update", id, "--set", "name=Gone");
  expect(await failure("purge", id)).toEqual({
    code: 2,
    stdout: "",
    stderr: "roster: purge asks at a terminal before it erases; where there is none, give --yes\n",
  });
  expect(await run("get", id)).toMatchObject({ id });
  expect(await run("purge", "--email", "gone@example.com", "--yes")).toMatchObject({ user_id: id, change_count: "2" });
  await expect(run("get", id, "--show-deleted")).rejects.toThrow("USER_NOT_FOUND");
});

test.runIf(HAS_TERMINAL)("at a terminal a purge shows whom it would erase, and wants the id typed", LONG, async () => {
  const { id } = await run("create", "--email", "asked@example.com", "--id", "asked");
  const question = "Type its id to go on: ";
  const purge = (typed: string) => rosterAnswered(["users", "purge", id], callerOf(server), [[question, typed]]);
  const wrong = await purge("yes\r");
  expect(wrong).toMatchObject({
    code: 1,
    shown: expect.stringContaining("roster: that is not its id; nothing was erased\n"),
  });
  expect(wrong.shown).toMatch(/^id +asked\nemail +asked@example\.com\n/);
  // Ctrl-C, Ctrl-D
  for (const key of ["\u0003", "\u0004"]) {
    expect(await purge(key)).toMatchObject({ code: 130, shown: expect.stringContaining("stopped; nothing was changed\n") });
  }
  expect(await run("get", id)).toMatchObject({ id });
  expect(await purge("asked\r")).toMatchObject({ code: 0, shown: expect.stringMatching(/\nuser_id +asked\n/) });
  await expect(run("get", id, "--show-deleted")).rejects.toThrow("USER_NOT_FOUND");
});

test("a purge erases a deleted user, too", async () => {
  const { id } = await run("create");
  await run("delete", id);
  expect(await run("purge", id, "--yes")).toMatchObject({ user_id: id });
});

test("a dry run checks and writes nothing, a repeat gets the first answer, an old etag is refused", async () => {
  const { revision } = await client.users.lookupUsers({});
  expect(await run("create", "--id", "dry", "--dry-run")).toMatchObject({ id: "dry" });
  await expect(run("get", "dry")).rejects.toThrow("USER_NOT_FOUND");
  expect((await client.users.lookupUsers({})).revision).toBe(revision);
  const first = await run("create", "--request-id", "once");
  expect(await run("create", "--request-id", "once")).toEqual(first);
  expect(await run("update", first.id, "--set", "name=One", "--dry-run")).toMatchObject({ name: "One" });
  expect(await run("get", first.id)).toEqual(first);
  const { etag } = await run("update", first.id, "--set", "name=Two", "--etag", first.etag);
  const late = await failure("update", first.id, "--set", "name=Three", "--etag", first.etag);
  expect(late).toMatchObject({
    code: 5,
    stdout: "",
    stderr: expect.stringMatching(/^roster: ABORTED ETAG_MISMATCH: .+\nnext: /),
  });
  expect(await run("get", first.id)).toMatchObject({ name: "Two", etag });
});

test("a user whose external id is there already is shown as it is", async () => {
  const { id } = await run("create", "--external-id", "twice", "--name", "First");
  const { code, stdout, stderr } = await failure("create", "--external-id", "twice", "--name", "Second");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ id, name: "First" });
  expect(stderr).toBe("there was a user with this external id already, and nothing was changed\n");
});

test("a key that is taken is refused with the way to whoever has it", async () => {
  const { id } = await run("create", "--email", "taken@example.com");
  expect(await failure("create", "--email", "TAKEN@example.com")).toEqual({
    code: 5,
    stdout: "",
    stderr: expect.stringMatching(
      new RegExp(`^roster: ALREADY_EXISTS EMAIL_TAKEN: .+\nnext: \`roster users get ${id}\` shows who has it\n$`),
    ),
  });
});

test("with a key of the role SELF a command without a name is about its own user", async () => {
  const { id } = await run("create", "--name", "Self");
  const secret = await createKey(server.url, server.secret, ApiKeyRole.SELF, id);
  const asSelf = <T = User>(...args: string[]) => rosterJson<T>(["users", ...args], callerOf({ ...server, secret }));
  expect(await asSelf("get")).toMatchObject({ id, name: "Self" });
  expect(await asSelf("update", "--set", "name=Me")).toMatchObject({ id, name: "Me" });
  await expect(asSelf("list")).rejects.toThrow("PERMISSION_DENIED");
  await expect(run("get")).rejects.toThrow("which user? give its id, --email or --external-id");
});
