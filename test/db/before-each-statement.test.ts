import { join } from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { migrate } from "../../src/db/migrations/migrate.ts";
import { beforeEachStatement } from "../../src/db/query/before-each-statement.ts";
import type { Transaction } from "../../src/db/query/queryable.ts";
import { statement } from "../../src/db/query/statement.ts";
import { openSqlite } from "../../src/db/sqlite/engine.ts";
import { testFolder } from "../support/folder.ts";

const FIND_SLUGS = statement((db, { account_id }: { account_id: string }) =>
  db.selectFrom("slugs").select("slug").where("account_id", "=", account_id).orderBy("slug"),
);

/** All ways to run a statement. */
const READS: ReadonlyArray<(db: Transaction) => Promise<unknown>> = [
  (db) => db.selectFrom("slugs").select("slug").orderBy("slug").execute(),
  (db) => FIND_SLUGS.execute(db, { account_id: "a" }),
  async (db) => (await sql`select slug from slugs order by slug`.execute(db)).rows,
  async (db) => (await db.executeQuery(db.selectFrom("slugs").select("slug").orderBy("slug"))).rows,
  (db) => db.updateTable("slugs").set({ owner_id: "b" }).returning("slug").execute(),
];

test("however a statement is run, the hook has ended before it does, and it is told what runs", async () => {
  const engine = openSqlite(join(testFolder(), "roster.db"));
  onTestFinished(() => engine.close());
  await migrate(engine);
  await engine.writer.transaction().execute(async (transaction) => {
    const kinds: string[] = [];
    const hooked = beforeEachStatement(transaction, async ({ query }) => {
      const slug = `s${kinds.length}`;
      kinds.push(query.kind);
      await transaction.insertInto("slugs").values({ account_id: "a", slug, owner_id: "a" }).execute();
    });
    for (const [before, read] of READS.entries()) {
      expect(await read(hooked)).toEqual(Array.from({ length: before + 1 }, (_, index) => ({ slug: `s${index}` })));
    }
    expect(kinds).toEqual(["SelectQueryNode", "SelectQueryNode", "RawNode", "SelectQueryNode", "UpdateQueryNode"]);
  });
});
