import { expect, test } from "vitest";
import type { AuditEntry, CallSource } from "../../../src/directory/audit/entry.ts";
import type { AuditListQuery } from "../../../src/directory/store/audit.ts";
import { createTestAccount, newUser, openTestAccount, type TestAccount } from "../../support/account.ts";
import { KEY } from "../../support/api-key.ts";

export function audit(): void {
  test("every change leaves one entry, in the order of the commits, with who made it, from where, and which fields", async () => {
    const account = await openTestAccount();
    const begin = await sequenceOf(account);
    const origin = { apiKeyId: "K0", requestId: "r1", source: SOURCE };
    const user = await account.write((tx) => tx.users.insert(newUser(tx, { id: "u" })), origin);
    await account.write((tx) => tx.users.update(user, { ...user, name: "Ada", about: "x" }));
    const session = await account.write((tx) => tx.sessions.insert({ ...SESSION, accountId: account.id, userId: "u" }));
    const changed = await account.write((tx) => tx.sessions.update(session, { ...session, metadata: { a: 1 } }));
    await account.write((tx) => tx.sessions.update(changed, { ...changed, endTime: 9 }));
    await account.write((tx) => tx.sessions.delete(changed));
    await account.write(({ apiKeys }) =>
      apiKeys.insert({ ...KEY, accountId: "default", id: "K1", userId: "u" }, new Uint8Array(32)),
    );
    const key = await account.read(async ({ apiKeys }) => (await apiKeys.find("K1")) ?? expect.fail());
    await account.write(({ apiKeys }) => apiKeys.update(key, { ...key, displayName: "New", expireTime: 5 }));
    await account.write(({ apiKeys }) => apiKeys.replaceDigest(key, new Uint8Array(32), 7));
    await account.write(async ({ apiKeys }) => apiKeys.revokeAllLater("u", 8));
    await account.write((tx) => tx.updateAccount({ ...tx.account, name: "Other", status: "SUSPENDED" }));

    const entries = await after(account, begin);
    expect(entries.map(({ sequence }) => sequence - begin)).toEqual(entries.map((_, index) => index + 1));
    expect(entries[0]).toEqual({
      accountId: account.id,
      sequence: begin + 1,
      time: expect.any(Number),
      method: SOURCE.method,
      callerAccountId: null,
      callerUserId: "caller",
      apiKeyId: "K0",
      tokenIssuer: null,
      tokenSubject: null,
      address: "10.0.0.1",
      requestId: "r1",
      outcome: "DONE",
      action: "CREATED",
      resource: "USER",
      resourceId: "u",
      userId: "u",
      changedFields: [],
      count: 1,
      refusal: null,
    });
    expect(entries.map(brief)).toEqual([
      "CREATED USER u of u",
      "UPDATED USER u of u: name, about",
      "CREATED SESSION s of u",
      "UPDATED SESSION s of u: metadata",
      "ENDED SESSION s of u: end_time",
      "DELETED SESSION s of u",
      "CREATED API_KEY K1 of u",
      "UPDATED API_KEY K1 of u: display_name, expire_time",
      "ROTATED API_KEY K1 of u",
      "REVOKED API_KEY K1 of u: revoke_time",
      `UPDATED ACCOUNT ${account.id} of null: name, status`,
    ]);
    expect(entries[1]).toMatchObject({ method: null, callerUserId: null, apiKeyId: null, requestId: null });
  });

  test("sessions that are ended together share an entry that counts them, and none that are ended leave none", async () => {
    const account = await openTestAccount();
    await account.insert({ id: "u" });
    for (const id of ["a", "b"]) {
      await account.write((tx) => tx.sessions.insert({ ...SESSION, id, accountId: account.id, userId: "u" }));
    }
    const begin = await sequenceOf(account);
    const end = () => account.write((tx) => tx.sessions.endOpen("u", 9));
    expect([await end(), await end()]).toEqual([2, 0]);
    expect(await after(account, begin)).toMatchObject([{ action: "ENDED", resourceId: null, userId: "u", count: 2 }]);
  });

  test("what changes nothing leaves no entry: a dry run, one that fails, one that only looks", async () => {
    const account = await openTestAccount();
    const user = await account.insert({ id: "u" });
    await account.write(({ apiKeys }) =>
      apiKeys.insert({ ...KEY, accountId: "default", id: "K1", userId: "u" }, new Uint8Array(32)),
    );
    const begin = await sequenceOf(account);
    await account.write((tx) => tx.users.update(user, { ...user, name: "x" }), { dryRun: true });
    const failing = account.write(async (tx) => {
      await tx.users.insert(newUser(tx));
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await account.write((tx) => tx.users.find("u"));
    await account.write(async ({ apiKeys }) => {
      const key = (await apiKeys.find("K1")) ?? expect.fail();
      await apiKeys.update(key, key);
    });
    expect([await sequenceOf(account), await after(account, begin)]).toEqual([begin, []]);
  });

  test("writes that share a commit leave their entries without a gap, those that fail among them leave none", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const begin = await sequenceOf(account);
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, (_, n) => {
        const of = n % 5 === 0 ? other : account;
        return of.write(
          async (tx) => {
            await tx.users.insert(newUser(tx, { id: `u${n}` }));
            if (n % 7 === 3) throw new Error("no");
          },
          { dryRun: n % 7 === 5 },
        );
      }),
    );
    const kept = results.flatMap(({ status }, n) => (status === "fulfilled" && n % 7 !== 5 && n % 5 !== 0 ? [`u${n}`] : []));
    const entries = await after(account, begin);
    expect(entries.map(({ sequence }) => sequence - begin)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.map(({ resourceId }) => resourceId).sort()).toEqual(kept.sort());
    expect(await sequenceOf(account)).toBe(begin + kept.length);
  });

  test("an account's own log begins after it was made and ends with it: that is told in the log of the default account", async () => {
    const account = await openTestAccount();
    const begin = await sequenceOf(account);
    const made = await account.write((tx) => tx.insertAccount({ id: "A1", name: "One", slug: "one", metadata: {} }));
    expect(made?.auditSequence).toBe(0);
    await account.store.write({ accountId: "A1", apiKeyId: null, requestId: null }, async (tx) => {
      await tx.users.insert(newUser(tx, { id: "u" }));
    });
    await account.store.write({ accountId: "A1", apiKeyId: "K9", requestId: "r", source: SOURCE }, async (tx) => {
      await tx.users.insert(newUser(tx, { id: "v" }));
      await tx.eraseAccount();
    });
    const entries = await after(account, begin);
    expect(entries.map(brief)).toEqual(["CREATED ACCOUNT A1 of null", "DELETED ACCOUNT A1 of null"]);
    expect(entries[1]).toMatchObject({ apiKeyId: "K9", callerAccountId: null, callerUserId: "caller", requestId: "r" });
    await account.write((tx) => tx.insertAccount({ id: "A1", name: "One", slug: "one", metadata: {} }));
    expect(await account.store.read("A1", ({ audit: log }) => log.count(undefined))).toBe(0);
  });

  test("entries are listed in both directions, in pages that join, and counted", async () => {
    const account = await openTestAccount();
    await createTestAccount(account.store, "other");
    for (let n = 0; n < 5; n += 1) await account.insert();
    const all = (await after(account, 0)).map(({ sequence }) => sequence);
    expect(all).toEqual([1, 2, 3, 4, 5, 6]);
    const page = (query: Partial<AuditListQuery>) =>
      account.read(async ({ audit: log }) => (await log.list({ ...ALL, ...query })).map(({ sequence }) => sequence));
    expect(await page({ descending: true, limit: 2 })).toEqual([6, 5]);
    expect(await page({ descending: true, limit: 2, from: [5] })).toEqual([4, 3]);
    expect(await page({ descending: true, limit: 2, from: [4], direction: "before" })).toEqual([5, 6]);
    expect(await page({ limit: 2, from: [2], skip: 1 })).toEqual([4, 5]);
    const counts = account.read(async ({ audit: log }) => [await log.count(undefined), await log.count(undefined, 3)]);
    expect(await counts).toEqual([6, 3]);
  });

  test("pruning forgets the oldest entries, and sequences go on", async () => {
    const account = await openTestAccount();
    await account.insert();
    const [{ time } = expect.fail()] = await after(account, 1);
    await account.insert();
    await account.store.prune({ changes: 0, answers: 0, audit: time + 1 });
    await account.insert();
    expect((await after(account, 0)).map(({ sequence }) => sequence)).toEqual([3, 4]);
    await account.store.prune({ changes: 0, answers: 0, audit: Number.MAX_SAFE_INTEGER });
    expect(await after(account, 0)).toEqual([]);
    await account.insert();
    expect((await after(account, 0)).map(({ sequence }) => sequence)).toEqual([5]);
  });
}

const SOURCE: CallSource = {
  accountId: "default",
  userId: "caller",
  token: null,
  address: "10.0.0.1",
  method: "roster.v1.UserService/CreateUser",
};
const SESSION = { id: "s", externalId: null, metadata: {}, createTime: 5, updateTime: 5, endTime: null, version: 1 };
const ALL: AuditListQuery = { descending: false, direction: "after", from: null, skip: 0, limit: 1000 };

function sequenceOf(account: TestAccount): Promise<number> {
  return account.read(async (view) => view.account.auditSequence);
}

function after(account: TestAccount, sequence: number): Promise<AuditEntry[]> {
  return account.read(({ audit: log }) => log.list({ ...ALL, from: [sequence] }));
}

function brief({ action, resource, resourceId, userId, changedFields }: AuditEntry): string {
  const fields = changedFields.length === 0 ? "" : `: ${changedFields.join(", ")}`;
  return `${action} ${resource} ${resourceId} of ${userId}${fields}`;
}
