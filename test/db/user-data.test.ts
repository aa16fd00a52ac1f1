import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../../src/db/engine.ts";
import { type Table, untyped } from "../../src/db/query/untyped-tables.ts";
import { TABLES } from "../../src/db/schema.ts";
import { findUsersInData, USER_DATA, type UsersInData } from "../../src/db/users/data/user-data.ts";
import type { Origin } from "../../src/directory/store/store.ts";
import { createTestAccount, newUser, type TestAccount, testAccount } from "../support/account.ts";
import { openTestEngine } from "../support/engine.ts";
import { openTestStore, type TestStore } from "../support/store.ts";

// What is exported of a user and what a purge removes, held together by the schema: whoever adds a table or a column says here
// whether it tells of a user.

let store: TestStore;
let engine: Engine;
beforeAll(async () => {
  store = await openTestStore();
  engine = openTestEngine(store.url);
});
afterAll(async () => {
  await engine.close();
  await store.close();
});

/** The columns of tables that are a user's, and which of them lead to the user. All others say nothing of whose they are. */
const LEADING = /^(user_id|caller_user_id|key_id)$/;
/** Columns that look as if they led to a user, and why they do not make the row the user's. */
const OTHERS: Readonly<Record<string, string>> = {
  "changes.api_key_id": "by whom a change of another user was made: the id of a key says nothing once the key is gone",
  "audit_entries.api_key_id": "as in the history",
  "audit_entries.caller_account_id": "an account",
  "audit_entries.token_subject": "of the caller, who is in caller_user_id",
  "answers.caller": "the id of a key or a digest, for a day",
  "certificate_names.owner_id": "an account",
  "slugs.owner_id": "an account",
};
const SUSPECT = /user|caller|key|owner|subject|person|member/;

test("every table of the database is known, with every column that leads to a user", async () => {
  const tables = await engine.writer.introspection.getTables();
  const ours = tables.filter(({ name }) => TABLES.some((table) => table === name));
  // What is made of users alone goes with them.
  const others = tables.filter((table) => !ours.includes(table) && !/^(kysely_|user_words)/.test(table.name));
  expect(others.map(({ name }) => name)).toEqual([]);
  expect(Object.keys(USER_DATA).sort()).toEqual(ours.map(({ name }) => name).sort());
  const leading = ours.flatMap(({ name, columns }) =>
    columns.filter((column) => LEADING.test(column.name)).map((column) => `${name}.${column.name}`),
  );
  const known = Object.entries(USER_DATA).flatMap(
    ([table, rows]) => rows?.columns.map((column) => `${table}.${column}`) ?? [],
  );
  expect(known.toSorted()).toEqual([...leading, "users.id"].sort());
  const suspect = ours.flatMap(({ name, columns }) =>
    columns
      .filter((column) => name !== "users" && SUSPECT.test(column.name) && !LEADING.test(column.name))
      .map((column) => `${name}.${column.name}`),
  );
  expect(suspect.sort()).toEqual(Object.keys(OTHERS).sort());
});

test("a purge leaves none of the rows that an export finds, and an export finds all that a purge removes", async () => {
  const account = await createTestAccount(store.store, "default");
  await fill(account, "ada");
  await fill(account, "eve");
  const user = await findUsersInData(engine.writer, account.id, ["ada"]);
  const other = await findUsersInData(engine.writer, account.id, ["eve"]);
  const [found, others] = [await rowsOf(user), await rowsOf(other)];
  for (const table of USER_TABLES) expect([table, found[table]?.length]).not.toEqual([table, 0]);

  const before = await allRows();
  await account.write(async (tx) => tx.users.purge((await tx.users.find("ada")) ?? expect.fail()));
  // Who was purged, and that it was, the history tells for a while.
  expect(Object.values(await rowsOf(user)).flat()).toMatchObject([{ type: "PURGED", user_id: "ada", image_before: null }]);
  expect(await rowsOf(other)).toEqual(others);
  const after = await allRows();
  for (const table of USER_TABLES) {
    const gone = before[table]?.filter((row) => !after[table]?.includes(row)) ?? [];
    expect([table, gone.sort()]).toEqual([table, found[table]?.map((row) => JSON.stringify(row)).sort()]);
  }
});

test("what an export reads is all that is found", async () => {
  const account = testAccount(store.store, "default");
  const user = await findUsersInData(engine.writer, account.id, ["eve"]);
  const found = await rowsOf(user);
  await account.read(async ({ userData }) => {
    const apiKeys = await Array.fromAsync(userData.apiKeys("eve"));
    const counts = {
      users: 1,
      changes: (await userData.changes("eve", 0, 1e9, 1e6)).length,
      sessions: (await Array.fromAsync(userData.sessions("eve"))).length,
      api_keys: apiKeys.length,
      nonces: (await Array.fromAsync(userData.nonces("eve"))).length,
      certificate_names: apiKeys.flatMap(({ certificateNames }) => certificateNames).length,
      answers: (await Array.fromAsync(userData.answers("eve"))).length,
      audit_entries: (await userData.auditEntries("eve", 0, 1e9, 1e6)).length,
    } satisfies Record<(typeof USER_TABLES)[number], number>;
    expect(counts).toEqual(Object.fromEntries(USER_TABLES.map((table) => [table, found[table]?.length])));
  });
});

type UserTable = { [T in Table]: (typeof USER_DATA)[T] extends null ? never : T }[Table];
const USER_TABLES = Object.entries(USER_DATA).flatMap(([table, rows]) => (rows === null ? [] : [table as UserTable]));

/** Something of the user in every table that can have it. */
async function fill(account: TestAccount, id: string): Promise<void> {
  const origin: Partial<Origin> = {
    source: { accountId: account.id, userId: id, token: null, address: "10.0.0.1", method: "m" },
  };
  const user = await account.write((tx) => tx.users.insert(newUser(tx, { id, email: `${id}@example.com` })), origin);
  await account.write((tx) => tx.users.update(user, { ...user, name: id }));
  await account.write(async (tx) => {
    const times = { createTime: 1, updateTime: 1, endTime: null, version: 1 };
    await tx.sessions.insert({ accountId: account.id, id: `s-${id}`, userId: id, externalId: null, metadata: {}, ...times });
    const keyId = tx.newId("K");
    const key = { displayName: "Key", role: "READER", createTime: 1, requireNonce: false, rateLimit: null } as const;
    const none = { expireTime: null, lastUseTime: null, revokeTime: null };
    const named = { accountId: account.id, id: keyId, userId: id, certificateNames: [`name-${id}`] };
    await tx.apiKeys.insert({ ...key, ...none, ...named }, new Uint8Array(32));
    await tx.nonces.insert(keyId, new Uint8Array(32), 5);
    const answer = { digest: new Uint8Array(32), caller: null, userId: id, response: Uint8Array.of(1) };
    await tx.answers.insert("Create", `r-${id}`, answer);
  });
}

type Rows = Partial<Record<UserTable, unknown[]>>;

async function rowsOf(user: UsersInData): Promise<Rows> {
  const rows: Rows = {};
  for (const table of USER_TABLES) {
    rows[table] = await untyped(engine.writer).selectFrom(table).selectAll().where(USER_DATA[table].where(user)).execute();
  }
  return rows;
}

async function allRows(): Promise<Partial<Record<UserTable, string[]>>> {
  const rows: Partial<Record<UserTable, string[]>> = {};
  for (const table of USER_TABLES) {
    const all = await untyped(engine.writer).selectFrom(table).selectAll().execute();
    rows[table] = all.map((row) => JSON.stringify(row));
  }
  return rows;
}
