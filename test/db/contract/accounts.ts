import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_ACCOUNT } from "../../../src/directory/accounts/account.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { createTestAccount, newUser, openTestAccount, testAccount } from "../../support/account.ts";
import { decodeUser, encode } from "../../support/sources.ts";
import { openTestStore, reopenTestStore } from "../../support/store.ts";
import { runOtherServers } from "../other-servers.ts";

export function accounts(): void {
  test("an account is created together with what work adds", async () => {
    const { store, close } = await openTestStore();
    onTestFinished(close);
    const user = await store.createAccount({ id: "a", name: "A", slug: "a", metadata: {} }, (tx) =>
      tx.users.insert(newUser(tx, { id: "first" })),
    );
    expect(user).toMatchObject({ accountId: "a", id: "first", revision: 1 });
    const seen = await store.read("a", async (view) => [view.account, await view.users.find("first")]);
    expect(seen).toEqual([expect.objectContaining({ id: "a", name: "A", status: "ACTIVE", revision: 1 }), user]);
  });

  test("an account whose work fails is not created", async () => {
    const { store } = await openTestAccount();
    const failed = store.createAccount({ id: "a", name: "A", slug: "a", metadata: {} }, async (tx) => {
      await tx.users.insert(newUser(tx));
      throw new Error("no");
    });
    await expect(failed).rejects.toThrow("no");
    expect(await store.listAccountIds("", 10)).toEqual([DEFAULT_ACCOUNT]);
  });

  test("creating an account whose id is taken does nothing and returns undefined", async () => {
    const { store, read, insert } = await openTestAccount();
    const ada = await insert();
    const again = await store.createAccount(
      { id: DEFAULT_ACCOUNT, name: "Other", slug: DEFAULT_ACCOUNT, metadata: {} },
      async () => expect.fail("work was run"),
    );
    expect(again).toBeUndefined();
    expect(await read(async ({ account, users }) => [account.name, await users.find(ada.id)])).toEqual([
      "Account default",
      ada,
    ]);
  });

  test("of several callers that create one account at once, one does", async () => {
    const { store } = await openTestAccount();
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        store.createAccount(
          { id: "a", name: `${index}`, slug: `a-${index}`, metadata: {} },
          async (tx) => (await tx.users.insert(newUser(tx))).id,
        ),
      ),
    );
    expect(made.filter((id) => id !== undefined)).toHaveLength(1);
    const ids = await testAccount(store, "a").read(async ({ users }) => (await users.listAt(1, "", 10)).map(({ id }) => id));
    expect(ids).toEqual(made.filter((id) => id !== undefined));
  });

  test("of several servers that create one account at once, one does", async () => {
    const { store, url, close } = await openTestStore();
    onTestFinished(close);
    const results = await runOtherServers(4, url, "createAccount");
    expect(results.sort()).toEqual(["made", "taken", "taken", "taken"]);
    expect(await testAccount(store, DEFAULT_ACCOUNT).read(({ users }) => users.count({ showDeleted: true }))).toBe(1);
  });

  test("account ids are listed in byte order, after the given one, at most so many", async () => {
    const { store } = await openTestAccount();
    for (const id of ["b", "B", "a", "é", "a1", "Z"]) await createTestAccount(store, id);
    expect(await store.listAccountIds("", 100)).toEqual(["B", "Z", "a", "a1", "b", DEFAULT_ACCOUNT, "é"]);
    expect(await store.listAccountIds("a", 2)).toEqual(["a1", "b"]);
    expect(await store.listAccountIds("A", 1)).toEqual(["B"]);
    expect(await store.listAccountIds("é", 10)).toEqual([]);
    expect(await Promise.all([undefined, 1, 6, 7, 8].map((upTo) => store.countAccounts({}, upTo)))).toEqual([7, 1, 6, 7, 7]);
  });

  test("accounts do not see each other's users", async () => {
    const account = await openTestAccount();
    const other = await createTestAccount(account.store, "other");
    const keys = { id: "u1", externalId: "x", email: "ada@example.com" };
    const [mine, theirs] = [await account.insert(keys), await other.insert({ ...keys, about: "theirs" })];
    await other.write((tx) => tx.users.update(theirs, { ...theirs, about: "changed" }));
    const seen = await account.read(async ({ users }) => [
      await users.find("u1"),
      ...(await users.findLive("email", ["ada@example.com"])),
      ...(await users.findLive("externalId", ["x"])),
      ...(await users.listAt(1, "", 10)).map(({ state }) => state),
    ]);
    expect(seen).toEqual(Array(4).fill(mine));
    const page = { order: parseOrderBy("", USER_ORDER), direction: "after", from: null, skip: 0, limit: 10 } as const;
    const images = await account.read(async ({ users }) => [
      ...(await users.list({ ...page, showDeleted: true })).map(({ encoded }) => encoded),
      ...(await users.findEncoded("id", ["u1"])).values(),
      ...(await users.listEncodedAt(1, "", 10)).map(({ encoded }) => encoded),
    ]);
    const found = await account.store.findUser(account.id, { kind: "id", key: "u1" });
    expect([...images, found?.encoded].map((encoded) => decodeUser(encoded ?? expect.fail()))).toEqual(
      Array(4).fill(decodeUser(encode(mine))),
    );
    expect(await account.read(({ users }) => users.count({ showDeleted: true }))).toBe(1);
  });

  test("answers that last outlive the account, and whoever asks for them waits for who did before", async () => {
    const { store } = await openTestAccount();
    const answer = { caller: null, digest: Buffer.from("d"), userId: null, response: Buffer.alloc(0) };
    const [one, two] = [await createTestAccount(store, "one"), await createTestAccount(store, "two")];
    const erasures = [one, two].map(({ write }) =>
      write(async (tx) => {
        const answers = await tx.lastingAnswers();
        const first = await answers.find("Delete", "r1");
        await tx.eraseAccount();
        await answers.insert("Delete", first === undefined ? "r1" : "r2", answer);
        return first === undefined;
      }),
    );
    expect((await Promise.all(erasures)).toSorted()).toEqual([false, true]);
    expect(await store.listAccountIds("", 10)).toEqual([DEFAULT_ACCOUNT]);
    const found = store.write({ accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null }, async ({ answers }) => [
      await answers.find("Delete", "r1"),
      await answers.find("Delete", "r2"),
    ]);
    expect(await found).toMatchObject([{ userId: null }, { userId: null }]);
  });

  test("a secret is the same for every caller, and on every server", async () => {
    const { store, url } = await openTestAccount();
    const { store: other, close } = await reopenTestStore(url);
    onTestFinished(close);
    const mint = () => randomBytes(32);
    const first = await store.secret("page-token", mint);
    expect(first).toHaveLength(32);
    const later = await Promise.all(Array.from({ length: 5 }, () => store.secret("page-token", mint)));
    expect([...later, await other.secret("page-token", mint)].every((secret) => Buffer.from(secret).equals(first))).toBe(
      true,
    );
    expect(Buffer.from(await store.secret("another", mint)).equals(first)).toBe(false);
  });

  test("callers that ask for a new secret at once get the same", async () => {
    const { store } = await openTestAccount();
    const secrets = await Promise.all(Array.from({ length: 10 }, () => store.secret("new", () => randomBytes(32))));
    expect(new Set(secrets.map((secret) => Buffer.from(secret).toString("hex"))).size).toBe(1);
  });

  test("ping resolves while the database answers", async () => {
    const { store } = await openTestAccount();
    await expect(store.ping()).resolves.toBeUndefined();
  });
}
