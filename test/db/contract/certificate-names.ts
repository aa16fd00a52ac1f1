import { expect, onTestFinished, test } from "vitest";
import type { ApiKey } from "../../../src/directory/keys/api-key.ts";
import { API_KEY_ORDER } from "../../../src/directory/keys/api-key-order.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import { createTestAccount, openTestAccount, type TestAccount, testAccount } from "../../support/account.ts";
import { reopenTestStore } from "../../support/store.ts";

const BILLING = "spiffe://example.org/billing";
const TAKEN = { reason: "CERTIFICATE_NAME_TAKEN", details: { resource: { type: "roster.v1.ApiKey", name: BILLING } } };

export function certificateNames(): void {
  test("a key is found by each of its certificate names, byte by byte and once, with its user and account", async () => {
    const { find, add, user, id: accountId } = await open();
    const key = await add("K1", [BILLING, "billing.example.org"]);
    const other = await add("K2", ["orders"]);
    for (const names of [[BILLING], ["billing.example.org"], [BILLING, "billing.example.org", "nobody"]]) {
      expect(await find(names)).toMatchObject([{ accountId, accountStatus: "ACTIVE", key, user }]);
    }
    expect((await find([BILLING, "orders"])).map((holder) => holder.key.id).sort()).toEqual([key.id, other.id]);
    expect(await find([BILLING.toUpperCase(), `${BILLING}/`, "bill%", ""])).toEqual([]);
  });

  test("a key shows its names wherever it is read, in the order that they were given in", async () => {
    const { read, store, add } = await open();
    const key = await add("K1", ["z", "a"]);
    expect(await read(({ apiKeys }) => apiKeys.find("K1"))).toEqual(key);
    const order = parseOrderBy("id", API_KEY_ORDER);
    const page = { order, direction: "after", from: null, skip: 0, limit: 10 } as const;
    expect(await read(({ apiKeys }) => apiKeys.list(page))).toEqual([key]);
    expect(await store.findKeyHolders("K1")).toMatchObject([{ key: { certificateNames: ["z", "a"] } }]);
  });

  test("a name is of one key, whatever its account: who takes it as well changes nothing", async () => {
    const { store, find, add, write } = await open();
    await add("K1", [BILLING]);
    const other = await addUser(await createTestAccount(store, "other"));
    const mine = await add("K2", []);
    const theirs = await other.add("K3", ["theirs"]);
    await expect(add("K4", ["free", BILLING])).rejects.toMatchObject(TAKEN);
    await expect(other.add("K4", [BILLING])).rejects.toMatchObject(TAKEN);
    const both = { certificateNames: [BILLING, "free"] };
    await expect(write((tx) => tx.apiKeys.update(mine, { ...mine, ...both }))).rejects.toMatchObject(TAKEN);
    await expect(other.write((tx) => tx.apiKeys.update(theirs, { ...theirs, ...both }))).rejects.toMatchObject(TAKEN);
    expect((await find([BILLING])).map(({ key }) => key.id)).toEqual(["K1"]);
    expect((await find(["theirs"])).map(({ key }) => key.id)).toEqual(["K3"]);
    expect(await find(["free"])).toEqual([]);
  });

  test("of several who take a name at once, on several servers and in several accounts, one gets it", async () => {
    const { store, url, find } = await open();
    const second = await reopenTestStore(url);
    onTestFinished(second.close);
    const accounts = [];
    for (let n = 0; n < 8; n += 1) {
      const account = await addUser(await createTestAccount(store, `a${n}`));
      const by = n % 2 === 0 ? store : second.store;
      accounts.push({ id: account.id, add: adder(testAccount(by, account.id), account.user.id) });
    }
    const outcomes = await Promise.allSettled(accounts.map(({ add }, n) => add(`K${n}`, n < 4 ? ["x", "y"] : ["y", "x"])));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === "rejected") expect(outcome.reason).toMatchObject({ reason: "CERTIFICATE_NAME_TAKEN" });
    }
    const winner = accounts[outcomes.findIndex(({ status }) => status === "fulfilled")];
    expect((await find(["x", "y"])).map(({ accountId }) => accountId)).toEqual([winner?.id]);
  });

  test.each<[string, (tx: AccountTransaction, key: ApiKey) => Promise<unknown>]>([
    ["is given other names", (tx, key) => tx.apiKeys.update(key, { ...key, certificateNames: ["other"] })],
    ["is revoked", (tx, key) => tx.apiKeys.update(key, { ...key, revokeTime: 7 })],
    ["is revoked with all of its user", async (tx, key) => tx.apiKeys.revokeAllLater(key.userId, 7)],
    ["is purged with its user", async (tx, key) => tx.users.purge((await tx.users.find(key.userId)) ?? expect.fail())],
    ["is erased with its account", (tx) => tx.eraseAccount()],
  ])("a name is free once its key %s, unless the transaction fails or is only tried", async (_, change) => {
    const { store, find } = await open();
    const gone = await addUser(await createTestAccount(store, "gone"));
    const kept = await addUser(await createTestAccount(store, "kept"));
    const key = await gone.add("K1", [BILLING, "other"]);
    await gone.write((tx) => change(tx, key), { dryRun: true });
    const failing = gone.write(async (tx) => {
      await change(tx, key);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    await expect(kept.add("K2", [BILLING])).rejects.toMatchObject(TAKEN);
    await gone.write((tx) => change(tx, key));
    expect((await find([BILLING])).map((holder) => holder.key.id)).toEqual([]);
    await kept.add("K2", [BILLING]);
    expect((await find([BILLING])).map((holder) => holder.key.id)).toEqual(["K2"]);
  });

  test("a revoked key still shows the names that it had; what becomes of it is nothing to who has them now", async () => {
    const { store, read, write, find, add, user } = await open();
    const other = await addUser(await createTestAccount(store, "other"));
    const key = await add("K1", [BILLING]);
    const revoked = { ...key, revokeTime: 7 };
    await write((tx) => tx.apiKeys.update(key, revoked));
    expect(await read(({ apiKeys }) => apiKeys.find("K1"))).toEqual(revoked);
    await other.add("K1", [BILLING]);
    await add("K2", ["mine"]);
    const holders = async () => (await find([BILLING, "mine"])).map((holder) => [holder.accountId, holder.key.id]);
    await write((tx) => tx.apiKeys.update(revoked, { ...revoked, displayName: "Renamed" }));
    expect((await holders()).sort()).toEqual([
      ["default", "K2"],
      ["other", "K1"],
    ]);
    await write((tx) => tx.users.purge(user));
    expect(await holders()).toEqual([["other", "K1"]]);
  });
}

async function open() {
  const account = await openTestAccount();
  return { ...(await addUser(account)), find: (names: readonly string[]) => account.store.findCertificateHolders(names) };
}

/** The account with a user, and what adds keys of that user. */
async function addUser<A extends TestAccount>(account: A) {
  const user = await account.insert();
  return { ...account, user, add: adder(account, user.id) };
}

function adder({ id: accountId, write }: TestAccount, userId: string) {
  return (id: string, names: readonly string[]): Promise<ApiKey> => {
    const key: ApiKey = { ...KEY, accountId, id, userId, certificateNames: names };
    return write((tx) => tx.apiKeys.insert(key, new Uint8Array(32))).then(() => key);
  };
}

const KEY = {
  displayName: "Key",
  role: "READER",
  createTime: 1,
  expireTime: null,
  requireNonce: false,
  rateLimit: null,
  lastUseTime: null,
  revokeTime: null,
} as const;
