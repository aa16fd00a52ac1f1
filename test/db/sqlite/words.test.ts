import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { backUpDatabase } from "../../../src/db/maintenance/backup.ts";
import { openStore } from "../../../src/db/open.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { createTestAccount, newUser, testAccount } from "../../support/account.ts";
import { testFolder } from "../../support/folder.ts";
import { createSources, decodeUser } from "../../support/sources.ts";

test("a backup, and a database that was vacuumed, finds whom the database found", async () => {
  const folder = testFolder();
  const path = join(folder, "roster.db");
  await fill(path);
  const copy = join(folder, "copy.db");
  await backUpDatabase(`sqlite:${path}`, copy);
  const database = new Database(path);
  database.exec("vacuum");
  database.close();
  for (const each of [path, copy]) {
    for (const n of [102, 200, 297]) expect(await found(each, `ada n${n}`)).toEqual(n % 3 === 0 ? [`n${n}`] : []);
    expect(await found(each, "new")).toEqual(["new"]);
  }
});

test("what FTS5 keeps of the words is sound after purges and changes", async () => {
  const path = join(testFolder(), "roster.db");
  await fill(path);
  const database = new Database(path);
  onTestFinished(() => void database.close());
  database.exec("insert into user_words (user_words, rank) values ('integrity-check', 1)");
  const orphans = "select count(*) from user_words where rowid not in (select rowid from users)";
  expect(database.prepare(orphans).pluck().get()).toBe(0);
});

/** Two of three are purged, so that the numbers of rows have gaps; some change. */
async function fill(path: string): Promise<void> {
  const store = await openStore(`sqlite:${path}`, createSources());
  const { write, insert } = await createTestAccount(store, "a");
  await write(async (tx) => {
    for (let n = 100; n < 300; n += 1) {
      const user = await tx.users.insert(newUser(tx, { id: `n${n}`, name: "Ada" }));
      if (n % 3 !== 0) await tx.users.purge(user);
      else if (n % 2 === 0) await tx.users.update(user, { ...user, displayName: "Changed" });
    }
  });
  await insert({ id: "new" });
  await store.close();
}

async function found(path: string, query: string): Promise<string[]> {
  const store = await openStore(`sqlite:${path}`, createSources());
  const page = { direction: "after", from: null, skip: 0, limit: 10, order: parseOrderBy("id", USER_ORDER) } as const;
  const users = await testAccount(store, "a").read((view) =>
    view.users.list({ ...page, showDeleted: false, search: query.split(" ") }),
  );
  await store.close();
  return users.map(({ encoded }) => decodeUser(encoded).id);
}
