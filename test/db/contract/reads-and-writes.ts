import { expect, test } from "vitest";
import { DEFAULT_ACCOUNT } from "../../../src/directory/accounts/account.ts";
import type { ApiKey } from "../../../src/directory/keys/api-key.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { ApiKeyReader, ApiKeyWriter } from "../../../src/directory/store/api-keys.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { parseUserFilter } from "../../../src/filter/users.ts";
import { newUser, openTestAccount, testAccount } from "../../support/account.ts";
import { KEY as VALUES } from "../../support/api-key.ts";
import { SLOW_ABOUT, SLOW_FILTER } from "../../support/slow-filter.ts";
import { decodeUser, encode } from "../../support/sources.ts";
import { reopenTestStore } from "../../support/store.ts";

const READS = ["read", "scan"] as const;

export function readsAndWrites(): void {
  test("what is asked of a store that is closed is STORE_UNAVAILABLE: a server that has drained waits no longer", async () => {
    const { url } = await openTestAccount();
    const { store, close } = await reopenTestStore(url);
    const account = testAccount(store, DEFAULT_ACCOUNT);
    await account.read(({ users }) => users.find("a"));
    await close();
    const calls = [
      account.read(({ users }) => users.find("a")),
      account.scan(({ users }) => users.count({ showDeleted: true })),
      account.insert(),
      store.tryWrite(),
    ];
    for (const outcome of await Promise.allSettled(calls)) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { reason: "STORE_UNAVAILABLE" } });
    }
  });

  test.each(READS)("a %s shows one moment, whatever is written meanwhile", async (kind) => {
    const { [kind]: read, write, insert } = await openTestAccount();
    const ada = await insert({ about: "before" });
    const seen = await read(async ({ account, users }) => {
      await write((tx) => tx.users.update(ada, { ...ada, about: "after" }));
      await insert({ id: "later" });
      const list = await users.list({
        showDeleted: true,
        order: parseOrderBy("", USER_ORDER),
        direction: "after",
        from: null,
        skip: 0,
        limit: 10,
      });
      return [
        account.revision,
        list.map(({ encoded }) => decodeUser(encoded)),
        await users.find("later"),
        await users.count({ showDeleted: true }),
        await users.find(ada.id),
      ];
    });
    expect(seen).toEqual([1, [decodeUser(encode(ada))], undefined, 1, ada]);
    expect(await read(({ users }) => users.count({ showDeleted: true }))).toBe(2);
  });

  test.each(READS)("a %s refuses writes", async (kind) => {
    const { [kind]: read, insert } = await openTestAccount();
    const user = await insert();
    await expect(read(({ apiKeys }) => forceInsert(apiKeys, { ...KEY, userId: user.id }))).rejects.toThrow();
    expect(await read(({ apiKeys }) => apiKeys.find(KEY.id))).toBeUndefined();
  });

  test.each(READS)("a %s neither waits for a writer nor sees what is not committed", async (kind) => {
    const { [kind]: read, write } = await openTestAccount();
    const seen = await write(async (tx) => {
      await tx.users.insert(newUser(tx));
      return read(({ users }) => users.count({ showDeleted: true }));
    });
    expect(seen).toBe(0);
  });

  test("a scan that takes long keeps no read and no write waiting", async () => {
    const { read, write, scan, insert } = await openTestAccount();
    await write(async (tx) => {
      for (let users = 0; users < 500; users += 1) await tx.users.insert(newUser(tx, { about: SLOW_ABOUT }));
    });
    let scanned = false;
    const scanning = scan(({ users }) => users.count({ showDeleted: true, filter: parseUserFilter(SLOW_FILTER) })).finally(
      () => {
        scanned = true;
      },
    );
    for (let reads = 0; reads < 20; reads += 1) await read(({ users }) => users.find("nobody"));
    await insert();
    expect(scanned).toBe(false);
    expect(await scanning).toBe(0);
  });

  test("a write is all or nothing", async () => {
    const { read, write, insert } = await openTestAccount();
    const ada = await insert({ email: "ada@example.com" });
    const failed = write(async (tx) => {
      await tx.users.update(ada, { ...ada, email: "other@example.com" });
      const grace = await tx.users.insert(newUser(tx, { id: "grace" }));
      await tx.apiKeys.insert({ ...KEY, userId: grace.id }, new Uint8Array(32));
      await tx.answers.insert("m", "r", { caller: null, digest: new Uint8Array(1), userId: null, response: null });
      throw new Error("half way");
    });
    await expect(failed).rejects.toThrow("half way");
    const after = await read(async ({ account, users, apiKeys }) => [
      account.revision,
      await users.find(ada.id),
      await users.find("grace"),
      await apiKeys.find(KEY.id),
    ]);
    expect(after).toEqual([1, ada, undefined, undefined]);
    expect(await write((tx) => tx.answers.find("m", "r"))).toBeUndefined();
  });

  test("a write sees its own changes", async () => {
    const { write } = await openTestAccount();
    const seen = await write(async (tx) => {
      const user = await tx.users.insert(newUser(tx, { email: "Ada@example.com" }));
      return [
        await tx.users.find(user.id),
        await tx.users.findLive("email", ["ada@example.com"]),
        await tx.users.count({ showDeleted: false }),
      ];
    });
    expect(seen).toEqual([expect.objectContaining({ email: "Ada@example.com" }), [seen[0]], 1]);
  });

  test("writes run one work at a time per account", async () => {
    const { write } = await openTestAccount();
    const events: string[] = [];
    const works = Array.from({ length: 20 }, (_, index) =>
      write(async (tx) => {
        events.push(`${index} begins`);
        for (let trips = 0; trips < 5; trips += 1) await tx.users.find("nobody");
        events.push(`${index} ends`);
      }),
    );
    await Promise.all(works);
    const began = events.filter((event) => event.endsWith("begins")).map((event) => event.replace(" begins", ""));
    expect(began).toHaveLength(20);
    expect(events).toEqual(began.flatMap((index) => [`${index} begins`, `${index} ends`]));
  });

  test("a dry run gives its result and leaves nothing behind", async () => {
    const { read, write, insert } = await openTestAccount();
    const ada = await insert();
    const result = await write(
      async (tx) => {
        await tx.users.update(ada, { ...ada, about: "changed" });
        const grace = await tx.users.insert(newUser(tx, { id: "grace" }));
        await tx.apiKeys.insert({ ...KEY, userId: grace.id }, new Uint8Array(32));
        await tx.answers.insert("m", "r", { caller: null, digest: new Uint8Array(1), userId: null, response: null });
        return [grace.version, tx.revision];
      },
      { dryRun: true },
    );
    expect(result).toEqual([1, 2]);
    const left = await read(async ({ account, users, apiKeys }) => [
      account.revision,
      await users.find(ada.id),
      await users.find("grace"),
      await apiKeys.find(KEY.id),
      await users.listAt(account.revision, "", 10),
    ]);
    expect(left).toEqual([1, ada, undefined, undefined, [{ id: ada.id, state: ada }]]);
    expect(await write((tx) => tx.answers.find("m", "r"))).toBeUndefined();
  });

  test("an unknown account is ACCOUNT_NOT_FOUND, and work is not run", async () => {
    const { store } = await openTestAccount();
    const nobody = testAccount(store, "nobody");
    const work = () => expect.fail("work was run");
    await expect(nobody.read(work)).rejects.toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
    await expect(nobody.scan(work)).rejects.toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
    await expect(nobody.write(work)).rejects.toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
    await expect(nobody.write(work, { dryRun: true })).rejects.toMatchObject({ reason: "ACCOUNT_NOT_FOUND" });
  });
}

const KEY: Omit<ApiKey, "userId"> = { ...VALUES, accountId: DEFAULT_ACCOUNT, id: "K00000000000000000000000000" };

/** The types leave no way to write in a read. This takes the one there would be without them. */
async function forceInsert(keys: ApiKeyReader & Partial<ApiKeyWriter>, key: ApiKey): Promise<void> {
  if (keys.insert === undefined) {
    throw new Error("read-only");
  }
  await keys.insert(key, new Uint8Array(32));
}
