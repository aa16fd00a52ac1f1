import { expect, test } from "vitest";
import { KyselyStore } from "../../src/db/store.ts";
import type { AccountTransaction } from "../../src/directory/store/account-view.ts";
import { type Batch, type BatchRow, deleteUsers, purgeUsers, setUserStatuses } from "../../src/directory/users/batch.ts";
import { createTestAccount, newUser } from "../support/account.ts";
import { createSources } from "../support/sources.ts";
import { openWatchedEngine } from "./watched-engine.ts";

const BATCH: Batch = { actor: { superAdmin: true, role: "ADMIN" }, atomicList: undefined };
const OPERATIONS: Record<string, (tx: AccountTransaction, rows: readonly BatchRow[]) => Promise<{ failures: unknown }>> = {
  suspension: (tx, rows) => setUserStatuses(tx, BATCH, rows, "SUSPENDED"),
  deletion: (tx, rows) => deleteUsers(tx, BATCH, rows, false),
  purge: (tx, rows) => purgeUsers(tx, BATCH, rows),
};

test.each(Object.keys(OPERATIONS))("a %s of fifty users takes hardly more statements than that of two", async (name) => {
  const { engine, seen } = await openWatchedEngine();
  const { write } = await createTestAccount(new KyselyStore(engine, createSources()), "default");
  async function statementsFor(users: number): Promise<string[]> {
    const ids = Array.from({ length: users }, (_, index) => `${users}-${index}`);
    await write(async (tx) => {
      const times = { createTime: 1, updateTime: 1, endTime: null, version: 1 };
      for (const id of ids) {
        await tx.users.insert(newUser(tx, { id }));
        await tx.sessions.insert({ accountId: "default", id, userId: id, externalId: null, metadata: {}, ...times });
      }
    });
    const before = seen().length;
    const rows = ids.map((key, index) => ({ index, key: { kind: "id" as const, key }, etag: "" }));
    expect((await write(async (tx) => OPERATIONS[name]?.(tx, rows)))?.failures).toEqual([]);
    return seen()
      .slice(before)
      .filter((sql) => !ROW_BY_ROW.test(sql));
  }

  const few = await statementsFor(2);
  expect(few.length).toBeGreaterThan(2);
  expect((await statementsFor(50)).length).toBeLessThanOrEqual(few.length + 2);
  await engine.close();
});

/** On SQLite, where a statement costs hardly anything, what is written of each user; PostgreSQL gets 64 rows in one. */
const ROW_BY_ROW = /^(insert into "(changes|audit_entries)"|update "users"|insert or replace into user_words)/;
