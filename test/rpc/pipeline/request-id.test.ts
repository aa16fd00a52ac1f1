import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { CreateUserRequestSchema } from "../../../gen/roster/v1/user_service_pb.js";
import { DAY, HOUR } from "../../../src/directory/values/clock.ts";
import { failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, adjustableClock, getUser, present, type Users, useRoster } from "../setup.ts";

const clock = adjustableClock();
const roster = useRoster({ now: clock.now });

type Mutate = (users: Users, id: string, requestId: string, etag?: string) => Promise<{ revision: bigint }>;

const mutations: Array<[string, Mutate]> = [
  ["CreateUser", (users, id, requestId) => users.createUser({ user: { about: id }, requestId })],
  ["UpsertUser", (users, id, requestId) => users.upsertUser({ user: { id, about: "upserted" }, requestId })],
  ["UpdateUser", (users, id, requestId) => users.updateUser({ user: { id, about: "updated" }, requestId })],
  ["ActivateUser", (users, id, requestId) => users.activateUser({ id, requestId })],
  ["SuspendUser", (users, id, requestId) => users.suspendUser({ id, requestId })],
  ["DeleteUser", (users, id, requestId) => users.deleteUser({ id, requestId })],
  ["UndeleteUser", (users, id, requestId) => users.undeleteUser({ id, requestId })],
  [
    "BatchUpdateUsers",
    (users, id, requestId) => users.batchUpdateUsers({ updates: [{ user: { id, about: "updated" } }], requestId }),
  ],
  ["BatchActivateUsers", (users, id, requestId) => users.batchActivateUsers({ users: [byId(id)], requestId })],
  ["BatchSuspendUsers", (users, id, requestId) => users.batchSuspendUsers({ users: [byId(id)], requestId })],
  ["BatchDeleteUsers", (users, id, requestId) => users.batchDeleteUsers({ users: [byId(id)], requestId })],
  ["BatchPurgeUsers", (users, id, requestId) => users.batchPurgeUsers({ users: [byId(id)], requestId })],
  ["ImportUsers", (users, id, requestId) => users.importUsers({ users: [{ about: id }, { name: "1" }], requestId })],
];

const byId = (value: string) => ({ key: { key: { case: "id" as const, value } } });

/** A user that the mutation has something to do with. */
async function subjectOf(method: string): Promise<string> {
  const { id } = await addUser(roster.users());
  if (method === "UndeleteUser") await roster.users().deleteUser({ id });
  if (method.includes("Activate")) await roster.users().suspendUser({ id });
  return id;
}

describe.each(mutations)("%s with a request id", (method, mutate) => {
  test("returns the first answer when it is repeated, and changes nothing more", async () => {
    const id = await subjectOf(method);
    const first = await mutate(roster.users(), id, `${method}-1`);
    await addUser(roster.users());
    expect(await mutate(roster.users("Connect, JSON, HTTP/1.1"), id, `${method}-1`)).toEqual(first);
    const { revision } = await roster.users().listUsers({ pageSize: 1 });
    expect(revision).toBe(first.revision + 1n);
  });

  test("refuses the same id with another request", async () => {
    await mutate(roster.users(), await subjectOf(method), `${method}-2`);
    const other = mutate(roster.users(), await subjectOf(method), `${method}-2`);
    await failure(other, Code.InvalidArgument, "REQUEST_ID_REUSED");
  });

  test("is free to use the id of another method or account", async () => {
    const id = await subjectOf(method);
    const { users, ownerId } = await roster.account();
    await mutate(roster.users(), id, "shared-by-all");
    if (method !== "UndeleteUser") {
      expect(await mutate(users(), ownerId, "shared-by-all")).toBeDefined();
    }
  });
});

describe("a request id", () => {
  test("is not remembered when the call fails", async () => {
    const users = roster.users();
    const call = () => users.createUser({ user: { email: "late@example.org" }, requestId: "failed" });
    const { id } = await addUser(users, { email: "late@example.org" });
    await failure(call(), Code.AlreadyExists, "EMAIL_TAKEN");
    await users.deleteUser({ id });
    expect((await call()).created).toBe(true);
  });

  test("of a user that has been purged since gives NOT_FOUND, and nothing of the past", async () => {
    const users = roster.users();
    const call = () => users.createUser({ userId: "purged-since", user: { about: "secret" }, requestId: "purged" });
    await call();
    await users.purgeUser({ id: "purged-since" });
    const error = await failure(call(), Code.NotFound, "USER_NOT_FOUND");
    expect(JSON.stringify(error)).not.toContain("secret");
  });

  test("makes a purge repeatable", async () => {
    const users = roster.users();
    const { id } = await addUser(users);
    const first = await users.purgeUser({ id, requestId: "purge" });
    expect(await users.purgeUser({ id, requestId: "purge" })).toEqual(first);
  });

  test("makes the creation of a key repeatable, but shows the secret once", async () => {
    const keys = roster.keys();
    const call = () => keys.createApiKey({ apiKey: { displayName: "Once", role: ApiKeyRole.READER }, requestId: "key" });
    const first = await call();
    expect(await call()).toEqual({ ...first, secret: "" });
    expect(first.secret).toMatch(/^roster_K.{26}_.{43}$/);
  });

  test("is good for 24 hours", async () => {
    const call = () => roster.users().createUser({ user: {}, requestId: "a-day" });
    const first = await call();
    const prune = () => roster.server.store.prune({ changes: 0, answers: clock.now() - DAY, audit: 0 });
    clock.advance(DAY - HOUR);
    await prune();
    expect(await call()).toEqual(first);
    clock.advance(2 * HOUR);
    await prune();
    expect((await call()).user?.id).not.toBe(first.user?.id);
  });

  test("is one request, however its map entries are ordered", async () => {
    const call = (metadata: Record<string, string>) => roster.users().createUser({ user: { metadata }, requestId: "order" });
    expect(await call({ b: "2", a: "1" })).toEqual(await call({ a: "1", b: "2" }));
    await failure(call({ a: "1", b: "3" }), Code.InvalidArgument, "REQUEST_ID_REUSED");
  });

  test("lets fifty parallel repeats through once", async () => {
    const calls = Array.from({ length: 50 }, (_, i) =>
      roster.users(PROTOCOL_NAMES[i % PROTOCOL_NAMES.length]).createUser({ user: {}, requestId: "parallel" }),
    );
    expect(new Set((await Promise.all(calls)).map(({ user }) => user?.id)).size).toBe(1);
  });

  test.each(["x".repeat(37), "with space", "ü", "a\0"])("may not be %j", async (requestId) => {
    await failure(roster.users().createUser({ user: {}, requestId }), Code.InvalidArgument, "FIELD_INVALID");
  });

  test("changes nothing about how a request is refused", async () => {
    const users = roster.users("gRPC, HTTP/2");
    const { id } = await addUser(users);
    const masked = users.updateUser({ user: { id }, updateMask: { paths: ["displayName"] }, requestId: "mask" });
    await failure(masked, Code.InvalidArgument, "FIELD_INVALID");
    const timed = { user: { id: "timed", createTime: { seconds: 10n ** 18n, nanos: -1 } }, requestId: "time" };
    expect(toBinary(CreateUserRequestSchema, create(CreateUserRequestSchema, timed))).toBeDefined();
    expect((await users.createUser(timed)).created).toBe(true);
    expect(present(await getUser(users, "timed")).version).toBe(1n);
  });
});
