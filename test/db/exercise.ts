import { expect } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import { ACCOUNT_ORDER } from "../../src/directory/accounts/account-order.ts";
import { createAccount, updateAccount } from "../../src/directory/accounts/accounts.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { API_KEY_ORDER } from "../../src/directory/keys/api-key-order.ts";
import { insertApiKey } from "../../src/directory/keys/api-keys.ts";
import { parseOrderBy } from "../../src/directory/lists/order.ts";
import { SESSION_ORDER } from "../../src/directory/sessions/session-order.ts";
import { createSession, updateSession } from "../../src/directory/sessions/sessions.ts";
import type { PageQuery } from "../../src/directory/store/page-query.ts";
import type { Sources, Store } from "../../src/directory/store/store.ts";
import type { ListQuery, UserReader } from "../../src/directory/store/users.ts";
import { deleteUser, purgeUser, undeleteUser } from "../../src/directory/users/delete-user.ts";
import { USER_DEFAULTS } from "../../src/directory/users/user-fields.ts";
import { USER_ORDER } from "../../src/directory/users/user-order.ts";
import { insertUser, setUserStatus, updateUser } from "../../src/directory/users/users.ts";

const ADMIN = { superAdmin: true, role: "ADMIN" } as const;
const origin = { accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null };
const page: PageQuery = { direction: "after", from: null, skip: 0, limit: 10 };
const PAGES: PageQuery[] = (["after", "before"] as const).flatMap((direction) => [
  { ...page, direction },
  { ...page, direction, from: ["id"] },
]);
const KEYS_BY_ID = parseOrderBy("id", API_KEY_ORDER);
const newest = { order: parseOrderBy("", SESSION_ORDER) };
const list: ListQuery = {
  showDeleted: false,
  order: parseOrderBy("", USER_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 10,
};

/** Calls every method of a store, with and without what changes its SQL. */
export async function exerciseStore(store: Store, { clock, newId }: Sources): Promise<void> {
  const id = "exercised";
  await store.write(origin, async (tx) => {
    await tx.users.load({ ids: ["unknown"], externalIds: [], emails: [] });
    await insertUser(tx, { ...USER_DEFAULTS, externalId: "x", email: "ada@example.com", superAdmin: true }, id);
    await updateUser(tx, ADMIN, id, { name: "Ada" }, { metadataUpdate: "REPLACE", etag: "" });
    await setUserStatus(tx, ADMIN, id, "SUSPENDED", "");
    await setUserStatus(tx, ADMIN, id, "ACTIVE", "");
    await insertApiKey(
      tx,
      { displayName: "Key", userId: id, role: "READER", expireTime: null, requireNonce: false, rateLimit: null },
      mintSecret(newId("K")),
    );
    const [key = expect.fail("no key")] = await tx.apiKeys.list({ ...page, order: KEYS_BY_ID });
    await tx.apiKeys.find(key.id);
    await tx.apiKeys.update(key, { ...key, certificateNames: ["billing"] });
    await tx.apiKeys.update({ ...key, certificateNames: ["billing"] }, { ...key, certificateNames: ["orders"] });
    await tx.apiKeys.replaceDigest(key, Buffer.from("d"), clock());
    const session = await createSession(tx, { id: "session", userId: id, externalId: "x" });
    await updateSession(tx, session.id, { metadata: { a: 1 } }, { userId: "", metadataUpdate: "MERGE", etag: "" });
    await tx.nonces.insert(key.id, Buffer.from("n"), clock());
    await tx.nonces.find(key.id, Buffer.from("n"));
    await tx.nonces.markUsed(key.id, Buffer.from("n"), clock());
    await tx.answers.insert("method", "request", {
      caller: null,
      digest: Buffer.from("d"),
      userId: id,
      response: Buffer.from("r"),
    });
    await tx.answers.find("method", "request");
    await deleteUser(tx, { superAdmin: true, role: "ADMIN" }, id, { etag: "" });
    await undeleteUser(tx, { superAdmin: true, role: "ADMIN" }, id, "");
  });
  await store.read(DEFAULT_ACCOUNT, async ({ users, changes, apiKeys, sessions, audit, userData }) => {
    for (const kind of ["id", "externalId", "email"] as const) await users.isOfDeleted(kind, "x");
    for (const each of PAGES) {
      await apiKeys.list({ ...each, order: KEYS_BY_ID });
      await sessions.list({ ...each, ...newest, from: each.from && [1, "id", DEFAULT_ACCOUNT] });
      await sessions.list({ ...each, ...newest, from: each.from && [1, "id", DEFAULT_ACCOUNT], userId: id });
    }
    await audit.list({ ...page, descending: true });
    await audit.list({ ...page, descending: false, from: [1] });
    await audit.count(undefined);
    for (const kind of ["sessions", "apiKeys", "nonces", "answers", "entriesElsewhere"] as const) {
      await Array.fromAsync<unknown>(userData[kind](id));
    }
    await userData.changes(id, 0, 1, 10);
    await userData.auditEntries(id, 0, 1, 10);
    await sessions.count({});
    await sessions.count({ userId: id });
    await sessions.count({}, 10);
    await apiKeys.count({});
    await apiKeys.count({}, 10);
    await users.find(id);
    await users.findLive("email", ["ada@example.com"]);
    await users.findEncoded("email", ["ada@example.com"]);
    await users.listAt(1, "", 10);
    await users.listEncodedAt(1, "", 10);
    for (const withBefore of [false, true]) {
      await changes.list(0, { limit: 10, withBefore });
      await changes.list(0, { limit: 0, withBefore });
    }
    await exerciseLists(
      (query) => users.list(query),
      (...counted) => users.count(...counted),
    );
  });
  await exerciseLists(
    (query) => store.listAllUsers(query),
    (...counted) => store.countAllUsers(...counted),
  );
  for (const each of PAGES) {
    await store.listAccounts({ ...each, order: parseOrderBy("id", ACCOUNT_ORDER) });
    await store.listAllApiKeys({ ...each, order: KEYS_BY_ID, from: each.from && ["id", DEFAULT_ACCOUNT] });
    await store.listAllSessions({ ...each, ...newest, from: each.from && [1, "id", DEFAULT_ACCOUNT] });
  }
  for (const kind of ["id", "externalId", "email"] as const) await store.findUser(DEFAULT_ACCOUNT, { kind, key: id });
  await store.findUser(DEFAULT_ACCOUNT, { kind: "id", key: id, showDeleted: true });
  await store.revisions([DEFAULT_ACCOUNT]);
  await store.auditSequences([DEFAULT_ACCOUNT]);
  for (const upTo of [undefined, 10]) {
    await store.countAccounts({}, upTo);
    await store.countAllApiKeys({}, upTo);
    await store.countAllSessions({}, upTo);
  }
  await store.findKeyHolders("unknown");
  await store.write(origin, async (tx) => {
    const user = await insertUser(tx, { ...USER_DEFAULTS }, "named");
    const values = { displayName: "Key", role: "READER", expireTime: null, requireNonce: false, rateLimit: null } as const;
    await insertApiKey(tx, { ...values, userId: user.id, certificateNames: ["named"] }, mintSecret(newId("K")));
  });
  await store.findCertificateHolders(["named"]);
  await store.write(origin, (tx) => purgeUser(tx, ADMIN, "named", ""));
  await store.write(origin, async (tx) => {
    const insert = (userId: string) => insertUser(tx, { ...USER_DEFAULTS }, userId);
    await tx.users.purgeAll([await insert("one"), await insert("two")]);
  });
  await store.noteKeyUse(DEFAULT_ACCOUNT, "unknown", clock());
  await exerciseAccounts(store);
  await store.listAccountIds("", 10);
  await store.secret("exercise", () => Buffer.from("secret"));
  await store.write(origin, (tx) => purgeUser(tx, { superAdmin: true, role: "ADMIN" }, id, ""));
  await store.prune({ changes: clock(), answers: clock(), audit: 0 });
  await store.fillWords();
  await store.survey();
  await store.ping();
  await store.tryWrite();
}

async function exerciseAccounts(store: Store): Promise<void> {
  const account = await store.write(origin, (tx) => createAccount(tx, { name: "Exercised" }));
  const ofAccount = { ...origin, accountId: account.id };
  await store.write(ofAccount, async (tx) => {
    await updateAccount(tx, { name: "Renamed", slug: "renamed" }, { etag: "" });
    await tx.countActiveSuperAdmins({ elsewhere: true });
  });
  await store.write(ofAccount, async (tx) => {
    await (await tx.lastingAnswers()).find("method", "request");
    await tx.eraseAccount();
  });
}

async function exerciseLists(read: (query: ListQuery) => Promise<unknown>, count: UserReader["count"]): Promise<void> {
  for (const showDeleted of [false, true]) {
    for (const direction of ["after", "before"] as const) {
      await read({ ...list, showDeleted, direction });
      await read({ ...list, showDeleted, direction, from: [1, "id", DEFAULT_ACCOUNT] });
    }
    await count({ showDeleted });
    await read({ ...list, showDeleted, search: ["ada"] });
    await count({ showDeleted, search: ["ada"] });
    await count({ showDeleted, search: ["ada"] }, 1);
    await count({ showDeleted }, 10);
  }
}
