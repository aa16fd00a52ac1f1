import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { ImportMode } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, getUser, present, useRoster } from "../setup.ts";
import { blamed, reasonOf } from "./row-status.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("ImportUsers, %s", (protocol) => {
  test("lands the good rows, and gives the bad ones back by index with all details", async () => {
    const { users, ownerId } = await roster.account();
    const rows = [
      { name: "1" },
      { id: "good" },
      { id: ownerId },
      { email: "none", project: "-" },
      { externalId: "also good" },
    ];
    const { created, updated, skipped, failures } = await users(protocol).importUsers({ users: rows });
    expect({ created, updated, skipped }).toEqual({ created: 2, updated: 0, skipped: 0 });
    expect(failures.map(({ index, status }) => [index, status?.code, reasonOf(status), blamed(status)])).toEqual([
      [0, Code.InvalidArgument, "FIELD_INVALID", ["user.name"]],
      [2, Code.AlreadyExists, "USER_ID_TAKEN", []],
      [3, Code.InvalidArgument, "FIELD_INVALID", ["user.project"]],
    ]);
    expect((await users().listUsers({ includeTotal: true })).totalSize).toBe(3n);
  });
});

describe("ImportUsers", () => {
  test("is one transaction: the revision grows by one, and by none if nothing lands", async () => {
    const { users } = await roster.account();
    const { revision: before } = await users().listUsers({});
    const { revision } = await users().importUsers({ users: [{}, {}, {}] });
    expect(revision).toBe(before + 1n);
    expect((await users().importUsers({ users: [{ name: "1" }] })).revision).toBe(revision);
    expect((await users().importUsers({ users: [] })).revision).toBe(revision);
  });

  test("takes rows in order: a later row sees the earlier ones", async () => {
    const { users } = await roster.account();
    const rows = [
      { id: "a", email: "x@b.org" },
      { email: "X@b.org" },
      { externalId: "e" },
      { externalId: "e" },
      { id: "a" },
    ];
    const { created, failures } = await users().importUsers({ users: rows });
    expect(created).toBe(2);
    expect(failures.map(({ index, status }) => [index, reasonOf(status)])).toEqual([
      [1, "EMAIL_TAKEN"],
      [3, "EXTERNAL_ID_TAKEN"],
      [4, "USER_ID_TAKEN"],
    ]);
  });

  test("replaces users that exist in mode UPSERT, as UpsertUser does", async () => {
    const { users } = await roster.account();
    const { createTime } = await addUser(users(), { id: "by-id", about: "old", status: UserStatus.INVITED });
    await addUser(users(), { id: "x", externalId: "by-ext", about: "old" });
    const rows = [{ id: "by-id", name: "New" }, { externalId: "by-ext" }, { id: "fresh" }, { name: "Anonymous" }];
    const result = await users().importUsers({ users: rows, mode: ImportMode.UPSERT });
    expect(result).toMatchObject({ created: 2, updated: 2, skipped: 0, failures: [] });
    const replaced = { name: "New", about: "", createTime, status: UserStatus.INVITED, version: 2n };
    expect(await getUser(users(), "by-id")).toMatchObject(replaced);
    expect((await getUser(users(), "x")).about).toBe("");
  });

  test("checks the etag of a row in mode UPSERT", async () => {
    const { users } = await roster.account();
    const { id, etag } = await addUser(users());
    const rows = [
      { id, etag: "stale", about: "no" },
      { id, etag, about: "yes" },
    ];
    const { failures, updated } = await users().importUsers({ users: rows, mode: ImportMode.UPSERT });
    expect([updated, failures.map(({ index, status }) => [index, reasonOf(status)])]).toEqual([1, [[0, "ETAG_MISMATCH"]]]);
  });

  test("leaves users that exist alone in mode SKIP_EXISTING", async () => {
    const { users } = await roster.account();
    await addUser(users(), { id: "a", externalId: "ext", email: "a@b.org" });
    await addUser(users(), { id: "deleted" });
    await users().deleteUser({ id: "deleted" });
    const about = "changed";
    const rows = [
      { id: "a", about },
      { externalId: "ext", about },
      { email: "A@b.org", about },
      { id: "deleted", about },
      { id: "new", email: "a@b.org" },
      { id: "newer" },
    ];
    const { created, updated, skipped, failures } = await users().importUsers({
      users: rows,
      mode: ImportMode.SKIP_EXISTING,
    });
    expect({ created, updated, skipped }).toEqual({ created: 1, updated: 0, skipped: 4 });
    expect(failures.map(({ index, status }) => [index, reasonOf(status)])).toEqual([[4, "EMAIL_TAKEN"]]);
    expect(await getUser(users(), "a")).toMatchObject({ about: "", version: 1n });
  });

  test("takes 1000 rows and refuses 1001", async () => {
    const { users } = await roster.account();
    const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ id: `row-${i}` }));
    expect(await users().importUsers({ users: rows(1000) })).toMatchObject({ created: 1000, failures: [] });
    const error = await failure(users().importUsers({ users: rows(1001) }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual(["users"]);
  });

  test("gives imported users one version and times that tell them apart", async () => {
    const { users } = await roster.account();
    await users().importUsers({ users: Array.from({ length: 20 }, (_, i) => ({ id: `U${i}` })) });
    const { users: listed } = await users().listUsers({});
    expect(listed.slice(0, 20).map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, i) => `U${19 - i}`));
    expect(new Set(listed.map(({ version }) => version))).toEqual(new Set([1n]));
  });

  test("blames the row that belongs to another account", async () => {
    const users = [{}, { accountId: "elsewhere" }];
    const error = await failure(roster.users().importUsers({ users }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual(["users[1].account_id"]);
  });

  test("writes nothing with validate_only, and says what it would have done", async () => {
    const { users, ownerId } = await roster.account();
    const request = { users: [{ id: "a" }, { id: "a" }, { id: ownerId, about: "x" }], mode: ImportMode.UPSERT };
    const { revision } = await users().listUsers({});
    const would = await users().importUsers({ ...request, validateOnly: true });
    expect(would).toMatchObject({ created: 1, updated: 2, failures: [], revision: revision + 1n });
    expect((await users().listUsers({})).revision).toBe(revision);
    expect(present(await users().importUsers(request))).toEqual(would);
  });
});
