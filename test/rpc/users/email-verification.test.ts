import { type Timestamp, timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import type { User } from "../../../gen/roster/v1/user_pb.js";
import { ImportMode } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, getUser, present, useRoster, withRole } from "../setup.ts";

const roster = useRoster();
const VERIFIED = timestampFromMs(Date.UTC(2026, 0, 31, 12, 0, 0, 123));
const LATER = timestampFromMs(Date.UTC(2026, 1, 1));
let count = 0;

function newEmail(): string {
  count += 1;
  return `ada${count}@example.org`;
}

function addVerified(email = newEmail()): Promise<User> {
  return addUser(roster.users(), { email, externalId: `x${count}`, emailVerifyTime: VERIFIED });
}

/** What an update of the user leaves. */
async function afterUpdate(
  user: { id: string; email?: string; emailVerifyTime?: Timestamp; name?: string },
  paths?: string[],
) {
  const { user: updated } = await roster.users().updateUser({ user, ...(paths && { updateMask: { paths } }) });
  expect(await getUser(roster.users(), user.id)).toEqual(updated);
  return present(updated);
}

test.each(PROTOCOL_NAMES)("a verification is set and read as it was given, to the microsecond: %s", async (protocol) => {
  const email = newEmail();
  const time = { ...VERIFIED, nanos: 123_456_000 };
  const { user } = await roster.users(protocol).createUser({ user: { email, emailVerifyTime: time } });
  expect(user?.emailVerifyTime).toEqual(time);
  const { user: found } = await roster.users(protocol).getUser({ key: { case: "email", value: email } });
  expect(found?.emailVerifyTime).toEqual(time);
  const { users } = await roster.users(protocol).listUsers({ filter: `email == "${email}" && has(email_verify_time)` });
  expect(users).toEqual([found]);
});

describe("an update", () => {
  test("that changes the address clears its verification, and says so in the history", async () => {
    const { id, externalId } = await addVerified();
    const { changeToken } = await roster.users().listUserChanges({});
    const updated = await afterUpdate({ id, email: newEmail() });
    expect(updated).toMatchObject({ externalId, version: 2n });
    expect(updated.emailVerifyTime).toBeUndefined();
    const { changes } = await roster.users().listUserChanges({ changeToken });
    const change = changes.findLast((each) => each.userId === id);
    expect(change?.changedFields).toEqual(["email", "email_verify_time"]);
    expect(change?.user?.emailVerifyTime).toBeUndefined();
  });

  test("that changes the address and sets a verification keeps what it sets, be it the same time", async () => {
    const { id } = await addVerified();
    expect((await afterUpdate({ id, email: newEmail(), emailVerifyTime: LATER })).emailVerifyTime).toEqual(LATER);
    expect((await afterUpdate({ id, email: newEmail(), emailVerifyTime: LATER })).emailVerifyTime).toEqual(LATER);
  });

  test("that spells the same address otherwise leaves its verification", async () => {
    const { id, email = "" } = await addVerified(`\u00e9${newEmail()}`);
    for (const same of [email.toUpperCase(), ` ${email} `, email.normalize("NFD")]) {
      expect(await afterUpdate({ id, email: same })).toMatchObject({ email: same, emailVerifyTime: VERIFIED });
    }
  });

  test("of other fields leaves it, and one that takes the address away clears it", async () => {
    const { id } = await addVerified();
    expect(await afterUpdate({ id, name: "Ada" })).toMatchObject({ emailVerifyTime: VERIFIED });
    const cleared = await afterUpdate({ id }, ["email"]);
    expect([cleared.email, cleared.emailVerifyTime]).toEqual([undefined, undefined]);
    expect((await afterUpdate({ id, email: newEmail() })).emailVerifyTime).toBeUndefined();
  });

  test("sets and clears it by the mask", async () => {
    const { id } = await addVerified();
    expect((await afterUpdate({ id }, ["email_verify_time"])).emailVerifyTime).toBeUndefined();
    expect((await afterUpdate({ id, emailVerifyTime: LATER }, ["email_verify_time"])).emailVerifyTime).toEqual(LATER);
    expect((await afterUpdate({ id, email: newEmail() }, ["*"])).emailVerifyTime).toBeUndefined();
  });
});

test("an upsert keeps the verification of the same address, and none of another", async () => {
  const { externalId = "", email = "" } = await addVerified();
  const upsert = async (user: { email?: string; emailVerifyTime?: Timestamp }) =>
    (await roster.users().upsertUser({ user: { externalId, ...user } })).user?.emailVerifyTime;
  expect(await upsert({ email: email.toUpperCase() })).toEqual(VERIFIED);
  expect(await upsert({ email, emailVerifyTime: LATER })).toEqual(LATER);
  const other = newEmail();
  expect(await upsert({ email: other })).toBeUndefined();
  expect(await upsert({ email: other, emailVerifyTime: VERIFIED })).toEqual(VERIFIED);
  expect(await upsert({})).toBeUndefined();
});

test("an import sets it, row by row", async () => {
  const { externalId = "", email = "" } = await addVerified();
  const created = newEmail();
  const { failures } = await roster.users().importUsers({
    mode: ImportMode.UPSERT,
    users: [
      { externalId: `new ${externalId}`, email: created, emailVerifyTime: LATER },
      { externalId, email },
      { externalId: `no address ${externalId}`, emailVerifyTime: LATER },
      { externalId: `future ${externalId}`, email: newEmail(), emailVerifyTime: inTheFuture(3_600) },
    ],
  });
  expect(failures.map(({ index, status }) => [index, status?.message])).toEqual([
    [2, expect.stringContaining("email_verify_time")],
    [3, expect.stringContaining("email_verify_time")],
  ]);
  const { results } = await roster
    .users()
    .lookupUsers({ keys: [created, email].map((value) => ({ key: { case: "email", value } as const })) });
  const times = results.map(({ result }) => result.case === "user" && result.value.emailVerifyTime);
  expect(times).toEqual([LATER, VERIFIED]);
});

test("what can't be is refused: without an address, in the future, out of range", async () => {
  const { id } = await addUser(roster.users());
  const email = newEmail();
  const { id: verified } = await addVerified();
  const out = { $typeName: "google.protobuf.Timestamp", seconds: 0n, nanos: -1 } as const;
  const users = roster.users();
  for (const call of [
    users.createUser({ user: { emailVerifyTime: VERIFIED } }),
    users.createUser({ user: { email, emailVerifyTime: inTheFuture(3_600) } }),
    users.createUser({ user: { email, emailVerifyTime: out } }),
    users.upsertUser({ user: { externalId: `of ${email}`, emailVerifyTime: VERIFIED } }),
    users.updateUser({ user: { id, emailVerifyTime: VERIFIED } }),
    users.updateUser({ user: { id, email, emailVerifyTime: inTheFuture(120) } }),
    users.updateUser({
      user: { id: verified, emailVerifyTime: VERIFIED },
      updateMask: { paths: ["email", "email_verify_time"] },
    }),
  ]) {
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["user.email_verify_time"]);
  }
  expect(await getUser(roster.users(), id)).toMatchObject({ version: 1n });
  // A verifier's clock may be a little ahead.
  const ahead = inTheFuture(20);
  expect((await afterUpdate({ id, email, emailVerifyTime: ahead })).emailVerifyTime).toEqual(ahead);
});

test("lists are filtered by it and ordered by it, absent ones first, page by page and back", async () => {
  const accountId = await roster.emptyAccount();
  const times = [3, undefined, 1, 2, undefined, 5].map((day) => day && timestampFromMs(Date.UTC(2026, 0, day)));
  for (const [n, emailVerifyTime] of times.entries()) {
    await addUser(
      roster.users(),
      { id: `u${n}`, email: `${n}@b.org`, ...(emailVerifyTime && { emailVerifyTime }) },
      accountId,
    );
  }
  const list = (request: object) => roster.users().listUsers({ accountId, ...request });
  const idsOf = ({ users }: Awaited<ReturnType<typeof list>>) => users.map(({ id }) => id).join(" ");
  expect(idsOf(await list({ orderBy: "email_verify_time" }))).toBe("u1 u4 u2 u3 u0 u5");
  expect(idsOf(await list({ orderBy: "email_verify_time desc" }))).toBe("u5 u0 u3 u2 u4 u1");
  const filter = 'email_verify_time >= timestamp("2026-01-02T00:00:00Z")';
  expect(idsOf(await list({ filter, orderBy: "id" }))).toBe("u0 u3 u5");
  expect(idsOf(await list({ filter: "!has(email_verify_time)", orderBy: "id" }))).toBe("u1 u4");
  const request = { orderBy: "email_verify_time", pageSize: 2 };
  const first = await list(request);
  const second = await list({ ...request, pageToken: first.nextPageToken });
  const third = await list({ ...request, pageToken: second.nextPageToken });
  expect([first, second, third].map(idsOf)).toEqual(["u1 u4", "u2 u3", "u0 u5"]);
  expect(idsOf(await list({ ...request, pageToken: third.previousPageToken }))).toBe("u2 u3");
});

test("writers set it, and nobody sets it of themselves", async () => {
  const account = await roster.account();
  const { id } = await addUser(account.users(), { email: newEmail() });
  const user = { id, emailVerifyTime: VERIFIED };
  const self = (await withRole(roster, account, ApiKeyRole.SELF, id)).users();
  for (const updateMask of [undefined, { paths: ["email_verify_time"] }]) {
    const call = self.updateUser({ user, ...(updateMask && { updateMask }) });
    await failure(call, Code.PermissionDenied, "PERMISSION_DENIED");
  }
  const writer = (await withRole(roster, account, ApiKeyRole.WRITER)).users();
  expect((await writer.updateUser({ user })).user?.emailVerifyTime).toEqual(VERIFIED);
  const cleared = self.updateUser({ user: { id }, updateMask: { paths: ["email_verify_time"] } });
  await failure(cleared, Code.PermissionDenied, "PERMISSION_DENIED");
  expect((await self.updateUser({ user: { id, name: "Ada" } })).user?.emailVerifyTime).toEqual(VERIFIED);
});

function inTheFuture(seconds: number): Timestamp {
  return timestampFromMs(Date.now() + seconds * 1000);
}
