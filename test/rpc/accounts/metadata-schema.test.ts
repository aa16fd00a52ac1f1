import type { JsonObject } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { ImportMode, MetadataUpdate } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, addUsers, getUser, present, type TestAccount, useRoster, withRole } from "../setup.ts";
import { blamed } from "../users/row-status.ts";

const roster = useRoster();

const SCHEMA: JsonObject = {
  type: "object",
  required: ["plan"],
  properties: {
    plan: { enum: ["free", "pro"] },
    "home address": { type: "object", properties: { zip: { type: "string" } } },
  },
};
const GOOD = { plan: "free" };

const setSchema = ({ accounts }: TestAccount, metadataSchema: JsonObject | undefined = SCHEMA, options = {}) =>
  accounts().updateAccount({ account: { metadataSchema }, ...options });

/** An account whose only user, its owner, keeps to the schema that it has. */
async function ruled(): Promise<TestAccount> {
  const account = await roster.account();
  await account.users().updateUser({ user: { id: account.ownerId, metadata: GOOD } });
  await setSchema(account);
  return account;
}

async function refusedFor(call: Promise<unknown>, ...fields: string[]): Promise<void> {
  expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(fields);
}

describe.each(PROTOCOL_NAMES)("a metadata schema, %s", (protocol) => {
  test("is set, shown, and cleared by a mask", async () => {
    const account = await roster.account();
    const accounts = account.accounts(protocol);
    await account.users().updateUser({ user: { id: account.ownerId, metadata: GOOD } });
    const set = await accounts.updateAccount({ account: { metadataSchema: SCHEMA } });
    expect([set.account?.metadataSchema, set.metadataViolations]).toEqual([SCHEMA, 0n]);
    expect((await accounts.getAccount({})).account?.metadataSchema).toEqual(SCHEMA);
    const renamed = await accounts.updateAccount({ account: { name: "Renamed" } });
    expect(renamed.account?.metadataSchema).toEqual(SCHEMA);
    await failure(account.users().createUser({ user: {} }), Code.InvalidArgument, "FIELD_INVALID");
    const cleared = await accounts.updateAccount({ account: {}, updateMask: { paths: ["metadata_schema"] } });
    expect(cleared.account?.metadataSchema).toBeUndefined();
    await addUser(account.users());
  });

  test("is refused with the place that is wrong", async () => {
    const accounts = (await roster.account()).accounts(protocol);
    const set = (metadataSchema: JsonObject) => accounts.updateAccount({ account: { metadataSchema } });
    const field = "account.metadata_schema";
    await refusedFor(set({ properties: { plan: { type: "strin" } } }), `${field}.properties.plan.type`);
    await refusedFor(set({ $ref: "https://example.com/" }), `${field}.$ref`);
    await refusedFor(set({ title: "x".repeat(33 * 1024) }), field);
    const create = roster.accounts(protocol).createAccount({ account: { name: "New", metadataSchema: { pattern: "(" } } });
    await refusedFor(create, `${field}.pattern`);
  });

  test("holds for every write of metadata, and names the place that breaks it", async () => {
    const account = await ruled();
    const users = account.users(protocol);
    const { id } = await addUser(users, { externalId: "x", metadata: { ...GOOD, "home address": { zip: "1" } } });
    const place = "user.metadata.plan";
    const bad = { plan: "gold" };
    await refusedFor(users.createUser({ user: {} }), place);
    await refusedFor(users.createUser({ user: { metadata: bad }, validateOnly: true }), place);
    await refusedFor(users.upsertUser({ user: { id: "new", metadata: bad } }), place);
    await refusedFor(users.upsertUser({ user: { id } }), place);
    await refusedFor(users.updateUser({ user: { id, metadata: bad } }), place);
    await refusedFor(users.updateUser({ user: { id }, updateMask: { paths: ["metadata"] } }), place);
    const merge = { metadata: { "home address": { zip: 7 } } };
    await refusedFor(
      users.updateUser({ user: { id, ...merge }, metadataUpdate: MetadataUpdate.MERGE }),
      'user.metadata["home address"].zip',
    );
    const rows = [{ metadata: bad }, { metadata: GOOD }, { externalId: "x", metadata: bad }];
    const imported = await users.importUsers({ users: rows, mode: ImportMode.UPSERT });
    expect(imported.failures.map(({ index, status }) => [index, blamed(status)])).toEqual([
      [0, [place]],
      [2, [place]],
    ]);
    const updates = [{ user: { id, metadata: bad } }, { user: { id, about: "kept" } }];
    const batch = await users.batchUpdateUsers({ updates });
    expect(batch.failures.map(({ index, status }) => [index, blamed(status)])).toEqual([[0, [place]]]);
    await refusedFor(users.batchUpdateUsers({ updates, atomic: true }), `updates[0].${place}`);
    expect(await getUser(users, id)).toMatchObject({ about: "kept", metadata: { plan: "free" } });
  });
});

describe("a metadata schema", () => {
  test("holds for callers with the role SELF, after what they may not do at all", async () => {
    const account = await roster.account();
    const { id } = await addUser(account.users(), { metadata: GOOD });
    await account.users().updateUser({ user: { id: account.ownerId, metadata: GOOD } });
    await account.accounts().updateAccount({ account: { metadataSchema: SCHEMA, selfWritable: ["plan"] } });
    const own = (await withRole(roster, account, ApiKeyRole.SELF, id)).users();
    await refusedFor(own.updateUser({ user: { id, metadata: { plan: "gold" } } }), "user.metadata.plan");
    const other = own.updateUser({ user: { id, metadata: { plan: "gold", more: 1 } } });
    await failure(other, Code.PermissionDenied, "PERMISSION_DENIED");
    expect((await own.updateUser({ user: { id, metadata: { plan: "pro" } } })).user?.metadata).toEqual({ plan: "pro" });
  });

  test("may come with a new account, and is each account's own", async () => {
    const account = { name: "With a schema", metadataSchema: SCHEMA };
    const { id: accountId } = present((await roster.accounts().createAccount({ account })).account);
    await refusedFor(roster.users().createUser({ accountId, user: {} }), "user.metadata.plan");
    await addUser(roster.users(), { metadata: GOOD }, accountId);
    await addUser(roster.users());
  });

  test("that users break is refused with their number and some of their ids, and nothing is set", async () => {
    const account = await roster.account();
    await addUsers(account.users(), 1_200, (n) => `u${String(n).padStart(4, "0")}`);
    await account.users().deleteUser({ id: "u0000" });
    const error = await failure(setSchema(account), Code.FailedPrecondition, "METADATA_RULE_BROKEN");
    const { users, user_ids: ids = "" } = present(error.findDetails(ErrorInfoSchema)[0]).metadata;
    expect([users, ids.split(" ").slice(0, 2), ids.split(" ").length]).toEqual(["1200", [account.ownerId, "u0001"], 10]);
    expect((await account.accounts().getAccount({})).account?.metadataSchema).toBeUndefined();
  });

  test("is set with force although users break it, who are let be until their metadata is written", async () => {
    const account = await roster.account();
    const users = account.users();
    const { id } = await addUser(users, { metadata: { old: 1 } });
    const counted = await setSchema(account, SCHEMA, { force: true, validateOnly: true });
    expect([counted.metadataViolations, (await account.accounts().getAccount({})).account?.metadataSchema]).toEqual([
      2n,
      undefined,
    ]);
    expect((await setSchema(account, SCHEMA, { force: true })).metadataViolations).toBe(2n);

    await users.updateUser({ user: { id, about: "changed" } });
    await users.updateUser({ user: { id, metadata: { old: 1 } } });
    await users.upsertUser({ user: { id, about: "again", metadata: { old: 1 } } });
    await users.suspendUser({ id });
    await users.deleteUser({ id });
    await users.undeleteUser({ id });
    await refusedFor(users.updateUser({ user: { id, metadata: { old: 2 } } }), "user.metadata.plan");
    await users.updateUser({ user: { id, metadata: { old: 2, plan: "pro" } } });

    const again = await setSchema(account);
    expect([again.metadataViolations, again.account?.metadataSchema]).toEqual([1n, SCHEMA]);
  });

  test("without force is never set beside a user who breaks it, whoever writes meanwhile", async () => {
    const account = await roster.account();
    await account.users().updateUser({ user: { id: account.ownerId, metadata: GOOD } });
    await account.users().importUsers({ users: Array.from({ length: 1_000 }, () => ({ metadata: GOOD })) });
    for (const [round, metadata] of [{}, { plan: "free", round: 1 }, {}].entries()) {
      const title = `round ${round}`;
      const writing = Promise.allSettled([1, 2, 3, 4].map(() => addUser(account.users(), { metadata })));
      const [set] = await Promise.allSettled([setSchema(account, { ...SCHEMA, title })]);
      await writing;
      const { users } = await account.users().listUsers({ filter: "!has(metadata.plan)" });
      const { account: after } = await account.accounts().getAccount({});
      expect(set.status === "fulfilled" && users.length > 0).toBe(false);
      expect(after?.metadataSchema?.["title"] === title).toBe(set.status === "fulfilled");
      await account.users().batchPurgeUsers({ users: users.map(({ id }) => ({ key: { key: { case: "id", value: id } } })) });
      await account.accounts().updateAccount({ account: {}, updateMask: { paths: ["metadata_schema"] } });
    }
  });

  test("does not hide from a call with an old etag that the account has changed", async () => {
    const account = await roster.account();
    const stale = account.accounts().updateAccount({ account: { metadataSchema: SCHEMA, etag: "old" } });
    await failure(stale, Code.Aborted, "ETAG_MISMATCH");
  });

  test("is set once by a repeated request id", async () => {
    const account = await roster.account();
    const first = await setSchema(account, SCHEMA, { force: true, requestId: "once" });
    expect(await setSchema(account, SCHEMA, { force: true, requestId: "once" })).toEqual(first);
  });
});
