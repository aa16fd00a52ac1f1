import { expect, onTestFinished, test } from "vitest";
import { migrateDatabase } from "../../src/db/migrations/migrate-database.ts";
import { TABLES } from "../../src/db/schema.ts";
import { createDatabase } from "../support/database.ts";
import { withClient } from "../support/postgres.ts";

/** What `migrate --citus` asks of the extension, which is not there to be tested with. Keeps what it is sent. */
const STAND_IN = `
  create table pg_dist_partition (place serial, logicalrelid regclass, by text, statement text);
  create function create_distributed_table(table_name regclass, distribution_column text) returns void language sql
    as 'insert into pg_dist_partition (logicalrelid, by, statement) values ($1, $2, current_query())';
`;

test("every table is distributed by its account, once, and before those that refer to it", async () => {
  const { url, remove } = await createDatabase();
  onTestFinished(remove);
  await withClient(url, (client) => client.query(STAND_IN));
  const distributed = async () => {
    await migrateDatabase(url, { citus: true, indexedMetadata: undefined });
    const query = "select logicalrelid::text as table, by, statement from pg_dist_partition order by place";
    return (await withClient(url, (client) => client.query<{ table: string; by: string; statement: string }>(query))).rows;
  };
  const once = await distributed();
  expect(once.map(({ table, by }) => [table, by])).toEqual([...TABLES, "user_words"].map((table) => [table, "account_id"]));
  expect(await distributed()).toEqual(once);
  expect(once[0]?.statement).toMatchInlineSnapshot(`
    "
          select create_distributed_table($1, 'account_id')
          where not exists (select from pg_dist_partition where logicalrelid = $2::regclass)
        "
  `);
});
