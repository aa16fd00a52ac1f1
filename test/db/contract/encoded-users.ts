import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { UserRow } from "../../../src/db/schema.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { Store } from "../../../src/directory/store/store.ts";
import type { EncodedUser, ListQuery, UserEncoder } from "../../../src/directory/store/users.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { foldEmail } from "../../../src/directory/values/email.ts";
import { parseUserFilter } from "../../../src/filter/users.ts";
import { newUser, openTestAccount, type TestAccount, testAccount } from "../../support/account.ts";
import { openTestEngine } from "../../support/engine.ts";
import { someUser } from "../../support/filters.ts";
import { encode } from "../../support/sources.ts";
import { reopenTestStore } from "../../support/store.ts";

const LIST: ListQuery = {
  showDeleted: true,
  order: parseOrderBy("", USER_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 10,
};

export function encodedUsers(): void {
  test("every encoded user is that of the user's columns, whatever the user is", async () => {
    const account = await openTestAccount();
    const agrees = fc.asyncProperty(someUser, someUser, async (first, second) => {
      const user = await account.write(async (tx) => {
        const inserted = await tx.users.insert(newUser(tx, first));
        return first.about === "a" ? inserted : tx.users.update(inserted, { ...inserted, ...second });
      });
      expectSame(await encodingsOf(account, user), encode(await stored(account, user.id)));
      await account.write(({ users }) => users.purge(user));
    });
    await fc.assert(agrees, { numRuns: 100 });
  });

  test("what a server that encodes no users writes is seen at once, by every read", async () => {
    const account = await openTestAccount();
    const user = await account.insert({ email: "ada@example.com", externalId: "x", about: "before" });
    const changed = await writeAsBefore(account, user, () =>
      account.write(({ users }) => users.update(user, { ...user, about: "after" })),
    );
    expectSame(await encodingsOf(account, changed), encode(changed));
    const [then] = await account.read(({ users }) => users.listEncodedAt(user.revision, "", 10));
    expect(then).toMatchObject({ id: user.id, deleted: false });
    expectSame([then?.encoded], encode(user));
  });

  test("a user that another server has encoded in its own format is not used, and its server does not use ours", async () => {
    const account = await openTestAccount();
    const other: UserEncoder = { format: 3, encode: ({ id }) => Buffer.from(`3 ${id}`) };
    const { store, close } = await reopenTestStore(account.url, { encoder: other });
    onTestFinished(close);
    const ours = await account.insert({ id: "ours", email: "a@example.com", externalId: "a" });
    const theirs = await testAccount(store, account.id).insert({ id: "theirs", email: "b@example.com", externalId: "b" });
    for (const user of [ours, theirs]) {
      expectSame(await encodingsOf(account, user), encode(user));
      expectSame(await encodingsOf({ ...testAccount(store, account.id), store }, user), other.encode(user));
    }
  });

  test("a verification does not outlive its address, when a server changes that which knows of none", async () => {
    const account = await openTestAccount();
    const ada = await account.insert({ email: "ada@example.com", emailVerifyTime: 7, externalId: "x" });
    const { writer, close } = openTestEngine(account.url);
    onTestFinished(close);
    // Its own columns, and an image in its format.
    const write = async (values: Partial<UserRow> & { revision: number }) => {
      const stamped = { ...values, image_stamp: values.revision * 256 + 1 };
      await writer.updateTable("users").set(stamped).where("id", "=", ada.id).execute();
      await writer.updateTable("accounts").set({ revision: values.revision }).execute();
    };
    await write({ name: "Ada", revision: 2 });
    expect(await stored(account, ada.id)).toMatchObject({ name: "Ada", emailVerifyTime: 7 });
    await write({ email: "Eve@example.com", email_key: "eve@example.com", revision: 3 });
    const user = await stored(account, ada.id);
    expect(user).toMatchObject({ email: "Eve@example.com", emailVerifyTime: null });
    expectSame(await encodingsOf(account, user), encode(user));
    const filter = parseUserFilter("has(email_verify_time)");
    const order = parseOrderBy("email_verify_time", USER_ORDER);
    await account.read(async ({ users }) => {
      expect(await users.count({ showDeleted: true, filter })).toBe(0);
      expect(await users.list({ ...LIST, order })).toMatchObject([{ key: [null, ada.id, account.id] }]);
    });
  });

  test("one user is found with its account's revision, as a read of several would find it", async () => {
    const { id, store, insert, write } = await openTestAccount();
    const ada = await insert({ id: "ada", email: " Ada@example.com", externalId: "x" });
    const gone = await insert({ id: "gone" });
    await write(({ users }) => users.update(gone, { ...gone, deleteTime: 5 }));
    const find = (kind: "id" | "externalId" | "email", key: string, showDeleted = false) =>
      store.findUser(id, { kind, key, showDeleted });
    expect(await find("id", "ada")).toMatchObject({ revision: ada.revision + 2 });
    for (const [kind, key] of [
      ["id", "ada"],
      ["externalId", "x"],
      ["email", "ADA@EXAMPLE.COM "],
    ] as const) {
      expectSame([(await find(kind, key))?.encoded], encode(ada));
    }
    for (const [kind, key] of [
      ["id", "Ada"],
      ["externalId", "X"],
      ["email", "b@example.com"],
      ["id", "gone"],
    ] as const) {
      expect(await find(kind, key)).toBeUndefined();
    }
    expect((await find("id", "gone", true))?.encoded).toBeDefined();
    await expect(store.findUser("nobody", { kind: "id", key: "ada" })).rejects.toMatchObject({
      reason: "ACCOUNT_NOT_FOUND",
    });
  });
}

/** From every read that hands out encoded users. */
async function encodingsOf(
  { id, read, store }: TestAccount & { store: Store },
  user: User,
): Promise<Array<EncodedUser | null | undefined>> {
  const listed = await read(async ({ account, users }) => [
    (await users.listEncodedAt(account.revision, "", 10)).find((row) => row.id === user.id)?.encoded,
    ...(await users.list(LIST)).filter(({ key }) => key.includes(user.id)).map(({ encoded }) => encoded),
    ...(await users.list({ ...LIST, skip: 0, order: parseOrderBy("status,name", USER_ORDER) }))
      .filter(({ key }) => key.includes(user.id))
      .map(({ encoded }) => encoded),
    (await users.findEncoded("id", [user.id])).get(user.id),
    ...(user.email === null ? [] : [(await users.findEncoded("email", [user.email])).get(foldEmail(user.email))]),
    ...(user.externalId === null ? [] : [(await users.findEncoded("externalId", [user.externalId])).get(user.externalId)]),
    users.encode((await users.find(user.id)) ?? expect.fail()),
  ]);
  const found = await store.findUser(id, { kind: "id", key: user.id });
  return [...listed, found?.encoded];
}

async function stored({ read }: TestAccount, id: string): Promise<User> {
  return (await read(({ users }) => users.find(id))) ?? expect.fail("it is gone");
}

/** Runs a write, and leaves the columns as a server would that encodes no users. */
async function writeAsBefore<T>({ url }: { url: string }, { id }: User, write: () => Promise<T>): Promise<T> {
  const { reader, writer, close } = openTestEngine(url);
  onTestFinished(close);
  const before = await reader
    .selectFrom("users")
    .select(["image", "image_stamp"])
    .where("id", "=", id)
    .executeTakeFirstOrThrow();
  const result = await write();
  await writer.updateTable("users").set(before).where("id", "=", id).execute();
  return result;
}

function expectSame(found: ReadonlyArray<EncodedUser | null | undefined>, expected: EncodedUser): void {
  expect(found.map((encoded) => encoded && Buffer.from(encoded).toString("hex"))).toEqual(
    found.map(() => Buffer.from(expected).toString("hex")),
  );
}
