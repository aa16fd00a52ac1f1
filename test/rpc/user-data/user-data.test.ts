import { fromBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import type { ExportUserDataResponse, UserDataRecord } from "../../../gen/roster/v1/user_data_service_pb.js";
import { CreateUserResponseSchema } from "../../../gen/roster/v1/user_service_pb.js";
import { createKey, failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addSession, addUser, all, type UserData, useRoster, withRole } from "../setup.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("ExportUserData, %s", (protocol) => {
  test("sends all that is kept of a user, and nothing of others, nor a secret", async () => {
    const account = await roster.account();
    const { users, sessions, userData, secret } = account;
    await users().createUser({ user: { id: "ada", email: "ada@example.com" }, requestId: "r1" });
    await users().updateUser({ user: { id: "ada", about: "second" } });
    await addSession(sessions(), { userId: "ada", metadata: { device: "phone" } });
    const key = await createKey(roster.server.url, secret, ApiKeyRole.ADMIN, "ada");
    const asAda = roster.as(key);
    await asAda.keys().issueNonce({});
    await addUser(asAda.users(), { id: "eve", about: "somebody else" });
    await users().updateUser({ user: { id: "eve", about: "still somebody else" } });

    const { records, summary } = await exported(userData(protocol), "ada");
    expect(kinds(records)).toEqual(
      ["user", "change", "change", "session", "apiKey", "answer", "nonce"].concat(Array(5).fill("auditEntry")),
    );
    expect(summary).toEqual({ recordCount: BigInt(records.length), revision: (await users().listUsers({})).revision });
    expect(valuesOf(records, "user")).toMatchObject([{ id: "ada", email: "ada@example.com", about: "second" }]);
    expect(valuesOf(records, "change").map(({ user }) => user?.about)).toEqual(["", "second"]);
    const [answer] = valuesOf(records, "answer");
    expect(answer).toMatchObject({ method: "roster.v1.UserService/CreateUser", requestId: "r1" });
    expect(fromBinary(CreateUserResponseSchema, answer?.response ?? new Uint8Array())).toMatchObject({ created: true });
    const entries = valuesOf(records, "auditEntry");
    expect(entries.map(({ method, userId }) => `${method.split("/")[1]} ${userId}`)).toEqual([
      "CreateUser ada",
      "UpdateUser ada",
      "CreateSession ada",
      "CreateApiKey ada",
      "CreateUser eve",
    ]);
    const text = JSON.stringify(records, (_, value) => (typeof value === "bigint" ? `${value}` : value));
    expect(text).not.toContain("somebody else");
    expect(text).not.toContain(key.split("_").at(-1));
  });

  test("finds deleted users, and no purged or unknown ones", async () => {
    const { users, userData } = await roster.account();
    const { id } = await addUser(users());
    await users().deleteUser({ id });
    expect(valuesOf((await exported(userData(protocol), id)).records, "user")).toMatchObject([
      { id, deleteTime: expect.anything() },
    ]);
    await users().purgeUser({ id });
    await failure(exported(userData(protocol), id), Code.NotFound, "USER_NOT_FOUND");
    await failure(exported(userData(protocol), "nobody"), Code.NotFound, "USER_NOT_FOUND");
    await failure(exported(userData(protocol), ""), Code.InvalidArgument, "FIELD_INVALID");
  });
});

test("many changes come page after page, all of one moment, and the state before the oldest that is kept", async () => {
  const { users, userData } = await roster.account();
  const { id } = await addUser(users(), { about: "0" });
  await users().updateUser({ user: { id, about: "1" } });
  await roster.server.store.prune({ changes: Number.MAX_SAFE_INTEGER, answers: 0, audit: 0 });
  for (let n = 2; n < 252; n += 1) await users().updateUser({ user: { id, about: `${n}` } });
  const { records } = await exported(userData(), id);
  expect(valuesOf(records, "formerUser")).toMatchObject([{ about: "1" }]);
  const abouts = valuesOf(records, "change").map(({ user }) => user?.about);
  expect(abouts).toEqual(Array.from({ length: 250 }, (_, n) => `${n + 2}`));
  expect(valuesOf(records, "auditEntry")).toHaveLength(252);
});

test("what can change is of one moment, however much there is", async () => {
  const { id: accountId, users, sessions, userData } = await roster.account();
  const { id: userId } = await addUser(users());
  await roster.server.store.write({ accountId, apiKeyId: null, requestId: null }, async (tx) => {
    for (let n = 0; n < 300; n += 1) {
      const times = { createTime: 1, updateTime: 1, endTime: null, version: 1 };
      const session = { accountId, id: `s${n}`, userId, externalId: null, metadata: { agent: "x".repeat(15_000) } };
      await tx.sessions.insert({ ...session, ...times });
    }
  });
  const before = valuesOf((await exported(userData(), userId)).records, "session");
  expect(before).toHaveLength(300);
  const stream = userData().exportUserData({ id: userId })[Symbol.asyncIterator]();
  const { value: first } = await stream.next();
  for (const id of ["s0", "s150", "s299"]) await sessions().endSession({ id });
  await addSession(sessions(), { userId });
  const messages = [first ?? expect.fail(), ...(await Array.fromAsync({ [Symbol.asyncIterator]: () => stream }))];
  const records = messages.flatMap((message) => message.records);
  expect(valuesOf(records, "session")).toEqual(before);
});

test("what it did in other accounts is sent to super admins only", async () => {
  const other = await roster.account();
  const { id } = await addUser(roster.users(), { superAdmin: true });
  const key = await createKey(roster.server.url, roster.server.secret, ApiKeyRole.ADMIN, id);
  await roster
    .as(key)
    .users()
    .createUser({ accountId: other.id, user: { id: "made-elsewhere" } });
  const admin = await addUser(roster.users());
  const adminKey = await createKey(roster.server.url, roster.server.secret, ApiKeyRole.ADMIN, admin.id);
  const seen = async (userData: UserData) =>
    valuesOf((await exported(userData, id)).records, "auditEntry").some(({ userId }) => userId === "made-elsewhere");
  expect([await seen(roster.userData()), await seen(roster.as(adminKey).userData())]).toEqual([true, false]);
});

test("a user that is purged meanwhile is not found, also if there is another one of its id", async () => {
  const account = await roster.account();
  const { users, userData } = account;
  await addUser(users(), { id: "ada", about: "x".repeat(15_000) });
  for (let n = 0; n < 160; n += 1) await users().updateUser({ user: { id: "ada", about: `${n}`.repeat(5_000) } });
  const stream = userData().exportUserData({ id: "ada" })[Symbol.asyncIterator]();
  await stream.next();
  await users().purgeUser({ id: "ada" });
  await addUser(users(), { id: "ada", about: "another" });
  const rest = async () => {
    const messages: ExportUserDataResponse[] = [];
    for (;;) {
      const { value, done } = await stream.next();
      if (done === true) return messages;
      messages.push(value);
    }
  };
  const outcome = await rest().catch((error: unknown) => error);
  const text = JSON.stringify(outcome, (_, value) => (typeof value === "bigint" ? `${value}` : value));
  expect(text).not.toContain("another");
});

test("it takes an ADMIN", async () => {
  const account = await roster.account();
  const writer = await withRole(roster, account, ApiKeyRole.WRITER);
  await failure(exported(writer.userData(), account.ownerId), Code.PermissionDenied, "PERMISSION_DENIED");
});

async function exported(userData: UserData, id: string) {
  const messages = await all(userData.exportUserData({ id }));
  const { recordCount, revision } = messages.at(-1)?.summary ?? expect.fail("no summary");
  return { records: messages.flatMap(({ records }) => records), summary: { recordCount, revision } };
}

function kinds(records: readonly UserDataRecord[]): unknown[] {
  return records.map(({ record }) => record.case);
}

type Kind = NonNullable<UserDataRecord["record"]["case"]>;
type ValueOf<K extends Kind> = Extract<UserDataRecord["record"], { case: K }>["value"];

function valuesOf<K extends Kind>(records: readonly UserDataRecord[], kind: K): Array<ValueOf<K>> {
  return records.flatMap(({ record }) => (record.case === kind ? [record.value as ValueOf<K>] : []));
}
