import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { Engine } from "../../src/db/engine.ts";
import { migrate } from "../../src/db/migrations/migrate.ts";
import { openPostgres } from "../../src/db/postgres/engine.ts";
import { UserPages } from "../../src/db/users/user-pages.ts";
import { KyselyUserReader } from "../../src/db/users/user-reader.ts";
import { parseOrderBy } from "../../src/directory/lists/order.ts";
import type { ListQuery } from "../../src/directory/store/users.ts";
import { USER_ORDER } from "../../src/directory/users/user-order.ts";
import { parseUserFilter } from "../../src/filter/users.ts";
import { userEncoder } from "../../src/rpc/users/user-encoder.ts";
import { exerciseAcrossMigration } from "../db/newer-schema.ts";
import { createDatabase } from "../support/database.ts";

const PAGE: ListQuery = {
  showDeleted: false,
  order: parseOrderBy("", USER_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 1,
};

test("a newer server that adds columns breaks no statement of one that runs", async () => {
  const { url, remove } = await createDatabase();
  onTestFinished(remove);
  const [engine, newer] = [await open(url), await open(url)];
  await exerciseAcrossMigration(engine, newer);
  const accountRow = expect.stringMatching(/^select .* from "accounts" where "account_id" = \$1/);
  expect(await prepared(engine.reader)).toContainEqual(accountRow);
  expect(await prepared(engine.writer)).toContainEqual(accountRow);
});

test("a connection prepares the statements that are compiled once, each once, and no filter", async () => {
  const { url, remove } = await createDatabase();
  onTestFinished(remove);
  const { reader, ...dialect } = await open(url);
  const users = new KyselyUserReader(reader, "a", new UserPages(dialect, userEncoder));
  for (const id of ["a", "b", "c"]) {
    await users.find(id);
    await users.list({ ...PAGE, filter: parseUserFilter(`name == "${id}" || metadata.${id} == 1`) });
  }
  const statements = await prepared(reader);
  expect(statements).toEqual([
    expect.stringMatching(/^select .* from "users" where "users"."account_id" = \$1 and "id" = \$2$/),
  ]);
});

/** One connection for reads and one for writes. */
async function open(url: string): Promise<Engine> {
  const engine = openPostgres(url, { poolSize: 1, statementTimeoutMs: 10_000 });
  onTestFinished(() => engine.close());
  await migrate(engine);
  return engine;
}

async function prepared(db: Engine["reader"]): Promise<string[]> {
  const { rows } = await sql<{ statement: string }>`select statement from pg_prepared_statements`.execute(db);
  return rows.map(({ statement }) => statement);
}
