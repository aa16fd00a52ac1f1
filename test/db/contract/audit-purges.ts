import { expect, test } from "vitest";
import type { AuditEntry, CallSource } from "../../../src/directory/audit/entry.ts";
import { createTestAccount, newUser, openTestAccount, type TestAccount } from "../../support/account.ts";

export function auditPurges(): void {
  test("a purge leaves the entries, and takes out what names the user, in all accounts", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const ada = await account.insert({ id: "ada@example.com" });
    await account.insert({ id: "eve" });
    await other.insert({ id: "ada@example.com" });
    const byAda = { apiKeyId: "K1", requestId: "by-ada", source: { ...SOURCE, userId: ada.id, token: TOKEN } };
    const byEve = { apiKeyId: "K2", requestId: "about-ada", source: { ...SOURCE, userId: "eve" } };
    const insert = (of: TestAccount, origin: typeof byAda | typeof byEve, userId: string, id: string) =>
      of.write((tx) => tx.sessions.insert({ ...SESSION, id, accountId: of.id, userId }), origin);
    await insert(account, byEve, ada.id, "ada's session");
    await insert(account, byAda, "eve", "eve's session");
    await insert(other, byAda, ada.id, "namesake's session");
    await insert(other, byEve, ada.id, "namesake's other session");
    await account.write((tx) => tx.updateAccount({ ...tx.account, name: "By Ada" }), byAda);
    const before = [...(await entriesOf(account)), ...(await entriesOf(other))];

    const { auditEntries, pseudonym } = await account.write((tx) => tx.users.purge(ada), byEve);
    expect(auditEntries).toBe(5);
    expect(pseudonym).toMatch(/^purged P[0-9A-Z]{26}$/);
    const purged = { callerUserId: pseudonym, tokenSubject: null, address: null, requestId: null };
    const now = [...(await entriesOf(account)), ...(await entriesOf(other))];
    const expected = before.map((entry) => {
      const about = entry.accountId === account.id && entry.userId === ada.id;
      const by = entry.callerUserId === ada.id;
      const resourceId = entry.resource === "USER" ? pseudonym : null;
      return {
        ...entry,
        ...(about && { userId: pseudonym, resourceId, requestId: null }),
        ...(by && purged),
      };
    });
    expect(now.filter(({ action }) => action !== "PURGED")).toEqual(expected);
    expect(now.filter(({ action }) => action === "PURGED")).toMatchObject([
      { resource: "USER", resourceId: pseudonym, userId: pseudonym, callerUserId: "eve", requestId: "about-ada" },
    ]);
    const text = JSON.stringify(now.filter(({ accountId }) => accountId === account.id));
    for (const trace of ["ada", "subject", "by-ada"]) expect(text.replaceAll('"about-ada"', "")).not.toContain(trace);
  });

  test("whoever purges itself is not named by the entry that tells so, nor by those of the same commit", async () => {
    const account = await openTestAccount();
    const ada = await account.insert({ id: "ada" });
    const origin = { apiKeyId: "K1", requestId: "by-ada", source: { ...SOURCE, userId: "ada", token: TOKEN } };
    const writes = [
      account.write((tx) => tx.users.insert(newUser(tx, { id: "one" })), origin),
      account.write(async (tx) => {
        await tx.users.insert(newUser(tx, { id: "two" }));
        await tx.users.purge(ada);
      }, origin),
      account.write((tx) => tx.users.insert(newUser(tx, { id: "three" }))),
    ];
    await Promise.all(writes);
    const entries = await entriesOf(account);
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    const text = JSON.stringify(entries);
    for (const trace of ["ada", "subject", "10.0.0.1"]) expect(text).not.toContain(trace);
    expect(entries.filter(({ callerUserId }) => callerUserId?.startsWith("purged P"))).toHaveLength(3);
  });

  test("a user made again with the id of a purged one has entries of its own, and another pseudonym", async () => {
    const account = await openTestAccount();
    const purge = async () => {
      const user = await account.insert({ id: "again" });
      return account.write((tx) => tx.users.purge(user));
    };
    const [first, second] = [await purge(), await purge()];
    expect([first.auditEntries, second.auditEntries]).toEqual([1, 1]);
    expect(first.pseudonym).not.toBe(second.pseudonym);
  });
}

const TOKEN = { issuer: "https://issuer.example.com", subject: "subject" };
const SOURCE: CallSource = {
  accountId: "default",
  userId: "caller",
  token: null,
  address: "10.0.0.1",
  method: "roster.v1.SessionService/CreateSession",
};
const SESSION = { externalId: null, metadata: {}, createTime: 5, updateTime: 5, endTime: null, version: 1 };

function entriesOf(account: TestAccount): Promise<AuditEntry[]> {
  return account.read(({ audit }) =>
    audit.list({ descending: false, direction: "after", from: null, skip: 0, limit: 1000 }),
  );
}
