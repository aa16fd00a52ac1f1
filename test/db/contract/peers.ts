import { expect, onTestFinished, test } from "vitest";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import type { News, Peers } from "../../../src/directory/store/peers.ts";
import { newUser, openTestAccount, testAccount } from "../../support/account.ts";
import { reopenTestStore } from "../../support/store.ts";

/** What processes of one server tell each other. */
export function peers(): void {
  test("a write returns when its peers know what it has changed; one that fails or is a dry run tells them nothing", async () => {
    const { url, id } = await openTestAccount();
    const told: News[] = [];
    let heard: () => void = () => {};
    const tell = (news: News) => {
      told.push(news);
      return new Promise<void>((resolve) => {
        heard = resolve;
      });
    };
    const { store, close } = await reopenTestStore(url, {}, { tell, listen: () => {}, takeTurn: async () => () => {} });
    onTestFinished(close);
    const account = testAccount(store, id);
    await expect(account.write(async (tx) => Promise.reject(await insert(tx)))).rejects.toMatchObject({ id: "u" });
    await store.write({ accountId: id, apiKeyId: null, requestId: null, dryRun: true }, async (tx) => {
      await insert(tx);
      await suspend(tx);
    });
    await account.write(async ({ users }) => users.find("u"));
    expect(told).toEqual([]);
    let returned = false;
    const writing = account.write(async (tx) => {
      await insert(tx);
      await suspend(tx);
      return tx.revision;
    });
    void writing.then(() => {
      returned = true;
    });
    await expect.poll(() => told).toHaveLength(1);
    expect(returned).toBe(false);
    heard();
    expect(told).toEqual([{ accountId: id, revision: await writing, access: ["u"] }]);
  });

  test("listeners are told what peers have changed", async () => {
    const { url, id } = await openTestAccount();
    let tell: (news: News) => void = () => {};
    const others: Peers = {
      tell: async () => {},
      takeTurn: async () => () => {},
      listen: (listener) => {
        tell = listener;
      },
    };
    const { store, close } = await reopenTestStore(url, {}, others);
    onTestFinished(close);
    const told: unknown[] = [];
    store.onAccessChange((...args) => told.push(args));
    store.onCommit((...args) => told.push(args));
    tell({ accountId: id, revision: 5, access: ["u", null] });
    tell({ accountId: id, revision: null, access: [] });
    expect(told).toEqual([
      [id, "u"],
      [id, null],
      [id, 5],
    ]);
  });
}

const insert = (tx: AccountTransaction) => tx.users.insert(newUser(tx, { id: "u" }));

async function suspend({ users }: AccountTransaction): Promise<void> {
  const user = (await users.find("u")) ?? expect.fail("no user");
  await users.update(user, { ...user, status: "SUSPENDED" });
}
