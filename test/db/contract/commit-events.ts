import { expect, onTestFinished, test } from "vitest";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import type { CommitEvent, CommitEventBus, CommitSubscriber } from "../../../src/directory/store/commit-event.ts";
import { newUser, openTestAccount, testAccount } from "../../support/account.ts";
import { reopenTestStore } from "../../support/store.ts";

/** Between the processes of one server. */
export function commitEvents(): void {
  test("a write returns when the other processes have acknowledged its event; one that fails or is a dry run has none", async () => {
    const { url, id } = await openTestAccount();
    const published: CommitEvent[] = [];
    const { promise: acknowledged, resolve: acknowledge } = Promise.withResolvers<void>();
    const bus: CommitEventBus = {
      async publish(event) {
        published.push(event);
        await acknowledged;
      },
      subscribe: () => {},
    };
    const { store, close } = await reopenTestStore(url, {}, bus);
    onTestFinished(close);
    const account = testAccount(store, id);
    await expect(account.write(async (tx) => Promise.reject(await insert(tx)))).rejects.toMatchObject({ id: "u" });
    await store.write({ accountId: id, apiKeyId: null, requestId: null, dryRun: true }, async (tx) => {
      await insert(tx);
      await suspend(tx);
    });
    await account.write(async ({ users }) => users.find("u"));
    expect(published).toEqual([]);
    let returned = false;
    const writing = account.write(async (tx) => {
      await insert(tx);
      await suspend(tx);
      return tx.revision;
    });
    void writing.then(() => {
      returned = true;
    });
    await expect.poll(() => published).toHaveLength(1);
    expect(returned).toBe(false);
    acknowledge();
    expect(published).toEqual([{ accountId: id, revision: await writing, accessChanges: ["u"] }]);
  });

  test("a new account is an event, here and for the other processes; one that is not made is none", async () => {
    const { url } = await openTestAccount();
    const published: CommitEvent[] = [];
    const bus: CommitEventBus = { publish: async (event) => void published.push(event), subscribe: () => {} };
    const { store, close } = await reopenTestStore(url, {}, bus);
    onTestFinished(close);
    const received: CommitEvent[] = [];
    store.onCommit((event) => received.push(event));
    const create = (id: string, slug: string) => store.createAccount({ id, name: id, slug, metadata: {} }, insert);
    await create("new", "new");
    const events = [{ accountId: "new", revision: 1, accessChanges: [] }];
    expect([received, published]).toEqual([events, events]);
    expect([await create("new", "other"), await create("other", "new")]).toEqual([undefined, undefined]);
    expect([received, published]).toEqual([events, events]);
  });

  test("subscribers receive the events of the other processes", async () => {
    const { url, id } = await openTestAccount();
    let deliver: CommitSubscriber = () => {};
    const bus: CommitEventBus = {
      publish: async () => {},
      subscribe: (subscriber) => {
        deliver = subscriber;
      },
    };
    const { store, close } = await reopenTestStore(url, {}, bus);
    onTestFinished(close);
    const received: CommitEvent[] = [];
    store.onCommit((event) => received.push(event));
    const event = { accountId: id, revision: 5, accessChanges: ["u", null] };
    deliver(event);
    expect(received).toEqual([event]);
  });
}

const insert = (tx: AccountTransaction) => tx.users.insert(newUser(tx, { id: "u" }));

async function suspend({ users }: AccountTransaction): Promise<void> {
  const user = (await users.find("u")) ?? expect.fail("no user");
  await users.update(user, { ...user, status: "SUSPENDED" });
}
