import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { AuditAction, type AuditEntry, AuditOutcome, AuditResource } from "../../../gen/roster/v1/audit_service_pb.js";
import { failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addSession, addUser, present, type Services, useRoster } from "../setup.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("ListAuditEntries, %s", (protocol) => {
  test("tells who has changed what, from where and by which call, newest first", async () => {
    const { id: accountId, ownerId, users, keys, audit } = await roster.account();
    const { apiKey: caller } = await keys().whoAmI({});
    await users(protocol).createUser({ user: { id: "ada", email: "ada@example.com" }, requestId: "r1" });
    await users(protocol).updateUser({ user: { id: "ada", name: "Ada", email: "ada@example.org" } });
    const { entries } = await audit(protocol).listAuditEntries({ pageSize: 2 });
    const common = {
      accountId,
      callerAccountId: "",
      callerUserId: ownerId,
      apiKeyId: caller?.id,
      tokenIssuer: "",
      tokenSubject: "",
      address: "127.0.0.1",
      outcome: AuditOutcome.DONE,
      resource: AuditResource.USER,
      resourceId: "ada",
      userId: "ada",
      count: 1n,
      refusal: "",
    };
    const [updated, created] = entries;
    expect(created).toMatchObject({
      ...common,
      method: "roster.v1.UserService/CreateUser",
      requestId: "r1",
      action: AuditAction.CREATED,
      changedFields: [],
    });
    expect(updated).toMatchObject({
      ...common,
      method: "roster.v1.UserService/UpdateUser",
      requestId: "",
      action: AuditAction.UPDATED,
      changedFields: ["email", "name"],
    });
    expect(present(updated).sequence).toBe(present(created).sequence + 1n);
    expect(JSON.stringify(entries, (_, value) => (typeof value === "bigint" ? `${value}` : value))).not.toContain("example");
  });

  test("lists in both directions, page by page, filtered and counted", async () => {
    const { users, audit } = await roster.account();
    for (const id of ["a", "b", "c"]) await addUser(users(), { id });
    await users().deleteUser({ id: "b" });
    await users().updateUser({ user: { id: "a", about: "more" } });
    const list = (request: Parameters<ReturnType<typeof audit>["listAuditEntries"]>[0]) =>
      audit(protocol).listAuditEntries(request);
    const about = async (request: Parameters<typeof list>[0]) =>
      (await list(request)).entries.map(({ userId, action }) => `${userId} ${AuditAction[action]}`);
    const filter = 'resource == "USER" && user_id in ["a", "b", "c"] && action != "UPDATED"';
    expect(await about({ filter })).toEqual(["b DELETED", "c CREATED", "b CREATED", "a CREATED"]);
    expect(await about({ filter, orderBy: "sequence" })).toEqual(["a CREATED", "b CREATED", "c CREATED", "b DELETED"]);
    const changed = '"about" in changed_fields && !("email" in changed_fields)';
    expect(await about({ filter: changed })).toEqual(["a UPDATED"]);
    await failure(list({ filter: 'changed_fields == "email"' }), Code.InvalidArgument, "FILTER_INVALID");
    expect(await about({ filter, orderBy: " sequence : desc ", skip: 3 })).toEqual(["a CREATED"]);
    const first = await list({ filter, pageSize: 3, includeTotal: true });
    expect([first.totalSize, first.previousPageToken]).toEqual([4n, ""]);
    const second = await list({ filter, pageSize: 3, pageToken: first.nextPageToken });
    expect(second.entries.map(({ userId }) => userId)).toEqual(["a"]);
    const back = await list({ filter, pageSize: 3, pageToken: second.previousPageToken });
    expect(back.entries).toEqual(first.entries);
    expect(await list({ countOnly: true, maxTotal: 2 })).toMatchObject({ entries: [], totalSize: 2n, totalExact: false });
    const other = list({ filter, pageToken: first.nextPageToken, orderBy: "sequence" });
    await failure(other, Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
    await failure(list({ orderBy: "time" }), Code.InvalidArgument, "ORDER_BY_INVALID");
    await failure(list({ filter: 'metadata.a == "b"' }), Code.InvalidArgument, "FILTER_INVALID");
    await failure(list({ filter: 'action == "MADE"' }), Code.InvalidArgument, "FILTER_INVALID");
    await failure(list({ accountId: "-" }), Code.PermissionDenied, "PERMISSION_DENIED");
  });
});

/** Each mutation, and the entries that it leaves, oldest first. */
const MUTATIONS: ReadonlyArray<readonly [string, (services: Services, target: Target) => Promise<unknown>, string[]]> = [
  ["UserService/CreateUser", ({ users }) => users().createUser({ user: { id: "new" } }), ["CREATED USER"]],
  [
    "UserService/UpsertUser",
    ({ users }, { userId: id }) => users().upsertUser({ user: { id, name: "x" } }),
    ["UPDATED USER"],
  ],
  [
    "UserService/DeleteUser",
    ({ users }, { userId: id }) => users().deleteUser({ id }),
    ["DELETED USER", "REVOKED API_KEY", "ENDED SESSION"],
  ],
  ["UserService/PurgeUser", ({ users }, { userId: id }) => users().purgeUser({ id }), ["PURGED USER"]],
  ["UserService/SuspendUser", ({ users }, { userId: id }) => users().suspendUser({ id }), ["UPDATED USER", "ENDED SESSION"]],
  [
    "UserService/ImportUsers",
    ({ users }) => users().importUsers({ users: [{ id: "one" }, { id: "two" }, { id: "two" }] }),
    ["CREATED USER", "CREATED USER"],
  ],
  [
    "SessionService/CreateSession",
    ({ sessions }, { userId }) => sessions().createSession({ session: { userId } }),
    ["CREATED SESSION"],
  ],
  [
    "SessionService/UpdateSession",
    ({ sessions }, { sessionId: id }) => sessions().updateSession({ session: { id, metadata: { a: 1 } } }),
    ["UPDATED SESSION"],
  ],
  ["SessionService/EndSession", ({ sessions }, { sessionId: id }) => sessions().endSession({ id }), ["ENDED SESSION"]],
  [
    "SessionService/EndUserSessions",
    ({ sessions }, { userId }) => sessions().endUserSessions({ userId }),
    ["ENDED SESSION"],
  ],
  [
    "SessionService/DeleteSession",
    ({ sessions }, { sessionId: id }) => sessions().deleteSession({ id }),
    ["DELETED SESSION"],
  ],
  [
    "ApiKeyService/CreateApiKey",
    ({ keys }, { userId }) => keys().createApiKey({ apiKey: { displayName: "Key", role: ApiKeyRole.READER, userId } }),
    ["CREATED API_KEY"],
  ],
  [
    "ApiKeyService/UpdateApiKey",
    ({ keys }, { keyId: id }) =>
      keys().updateApiKey({ apiKey: { id, displayName: "Changed" }, updateMask: { paths: ["display_name"] } }),
    ["UPDATED API_KEY"],
  ],
  ["ApiKeyService/RotateApiKey", ({ keys }, { keyId: id }) => keys().rotateApiKey({ id }), ["ROTATED API_KEY"]],
  ["ApiKeyService/RevokeApiKey", ({ keys }, { keyId: id }) => keys().revokeApiKey({ id }), ["REVOKED API_KEY"]],
  [
    "AccountService/UpdateAccount",
    ({ accounts }) => accounts().updateAccount({ account: { name: "Other" } }),
    ["UPDATED ACCOUNT"],
  ],
];

interface Target {
  readonly userId: string;
  readonly sessionId: string;
  readonly keyId: string;
}

test.each(MUTATIONS)("%s leaves its entries", async (name, mutate, expected) => {
  const account = await roster.account();
  const { id: userId } = await addUser(account.users());
  const { id: sessionId } = await addSession(account.sessions(), { userId });
  const { apiKey } = await account.keys().createApiKey({ apiKey: { displayName: "Key", role: ApiKeyRole.READER, userId } });
  const before = await newest(account);
  await mutate(account, { userId, sessionId, keyId: present(apiKey).id });
  const entries = await entriesAfter(account, before);
  expect(entries.map(({ action, resource }) => `${AuditAction[action]} ${AuditResource[resource]}`)).toEqual(expected);
  for (const entry of entries) {
    expect(entry).toMatchObject({ method: `roster.v1.${name}`, callerUserId: account.ownerId, address: "127.0.0.1" });
  }
});

test("what is only validated, has failed or is answered from memory leaves no entry", async () => {
  const account = await roster.account();
  const { users } = account;
  await users().createUser({ user: { id: "ada" }, requestId: "again" });
  const before = await newest(account);
  await users().createUser({ user: { id: "ada" }, requestId: "again" });
  await users().createUser({ user: { id: "eve" }, validateOnly: true });
  await failure(users().createUser({ user: { id: "ada" } }), Code.AlreadyExists, "USER_ID_TAKEN");
  await users().updateUser({ user: { id: "ada", name: "" } });
  expect(await entriesAfter(account, before)).toEqual([]);
});

test("a super admin who acts on another account is told there with its own account", async () => {
  const account = await roster.account();
  const before = await newest(account);
  await roster.users().createUser({ accountId: account.id, user: { id: "ada" } });
  const [entry] = await entriesAfter(account, before);
  expect(entry).toMatchObject({ callerAccountId: "default", callerUserId: roster.server.admin.user.id });
});

test("accounts that are made and deleted are told in the default account; the first account, user and key by no call", async () => {
  const admin = { audit: roster.audit };
  const before = await newest(admin);
  const { account } = await roster.accounts().createAccount({ account: { name: "Short-lived" } });
  await roster.accounts().deleteAccount({ accountId: present(account).id });
  expect(await entriesAfter(admin, before)).toMatchObject([
    { method: "roster.v1.AccountService/CreateAccount", action: AuditAction.CREATED, resourceId: account?.id },
    { method: "roster.v1.AccountService/DeleteAccount", action: AuditAction.DELETED, resourceId: account?.id },
  ]);
  const { entries } = await admin.audit().listAuditEntries({ orderBy: "sequence", pageSize: 3 });
  expect(entries.map(({ method, callerUserId, resource }) => [method, callerUserId, AuditResource[resource]])).toEqual([
    ["", "", "ACCOUNT"],
    ["", "", "USER"],
    ["", "", "API_KEY"],
  ]);
});

test("a purge gives a receipt with the pseudonym that stands for the user from then on", async () => {
  const account = await roster.account();
  await account.users().createUser({ user: { id: "ada" } });
  await account.users().updateUser({ user: { id: "ada", name: "Ada" } });
  const { receipt } = await account.users().purgeUser({ id: "ada" });
  expect(receipt).toMatchObject({ auditEntryCount: 2n, auditPseudonym: expect.stringMatching(/^purged P\w{26}$/) });
  const filter = `user_id == "${receipt?.auditPseudonym}"`;
  const { entries } = await account.audit().listAuditEntries({ filter });
  expect(entries.map(({ action }) => AuditAction[action])).toEqual(["PURGED", "UPDATED", "CREATED"]);
  expect((await account.audit().listAuditEntries({ filter: 'user_id == "ada"' })).entries).toEqual([]);
});

async function newest({ audit }: Pick<Services, "audit">): Promise<bigint> {
  return (await audit().listAuditEntries({ pageSize: 1 })).entries[0]?.sequence ?? 0n;
}

async function entriesAfter({ audit }: Pick<Services, "audit">, sequence: bigint): Promise<AuditEntry[]> {
  return (await audit().listAuditEntries({ filter: `sequence > ${sequence}`, orderBy: "sequence" })).entries;
}
