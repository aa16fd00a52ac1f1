import { join } from "node:path";
import type { Insertable } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { Engine } from "../../src/db/engine.ts";
import { migrate } from "../../src/db/migrations/migrate.ts";
import { pick } from "../../src/db/query/columns.ts";
import { statement, statementName } from "../../src/db/query/statement.ts";
import type { AccountsTable } from "../../src/db/schema.ts";
import { openSqlite } from "../../src/db/sqlite/engine.ts";
import { testFolder } from "../support/folder.ts";
import { exerciseAcrossMigration } from "./newer-schema.ts";

interface Secret {
  readonly account_id: string;
  readonly name: string;
  readonly value: Uint8Array;
}

test("a statement is built once per engine, and run with the values of each call", async () => {
  let built = 0;
  const insert = statement((db, secret: Secret) => {
    built += 1;
    return db
      .insertInto("secrets")
      .values(pick(secret, ["account_id", "name", "value"]))
      .returning("name");
  });
  const one = await open();
  await one.writer.insertInto("accounts").values(ACCOUNT).execute();
  for (const name of ["a", "b"]) {
    expect(await insert.execute(one.writer, { account_id: "a", name, value: Buffer.from(name) })).toEqual([{ name }]);
  }
  await one.writer
    .transaction()
    .execute((db) => insert.execute(db, { account_id: "a", name: "c", value: Buffer.from("c") }));
  expect(built).toBe(1);
  const values = await one.reader.selectFrom("secrets").select("value").orderBy("name").execute();
  expect(values.map(({ value }) => String(value))).toEqual(["a", "b", "c"]);

  const other = await open();
  await other.writer.insertInto("accounts").values(ACCOUNT).execute();
  expect(await insert.executeTakeFirst(other.writer, { account_id: "a", name: "a", value: Buffer.from("a") })).toEqual({
    name: "a",
  });
  expect(built).toBe(2);
});

test("only statements have names", async () => {
  const { reader } = await open();
  const byName = statement((db, { name }: { name: string }) =>
    db.selectFrom("secrets").select("value").where("name", "=", name),
  );
  const text = 'select "value" from "secrets" where "name" = ?';
  expect(statementName(text)).toBeUndefined();
  await byName.execute(reader, { name: "a" });
  expect(statementName(text)).toMatch(/^[\w-]{43}$/);
});

test("a statement that takes values without naming them is refused when it is built", async () => {
  const { writer } = await open();
  const careless = statement((db, secret: Secret) => db.insertInto("secrets").values({ ...secret }));
  await expect(careless.execute(writer, { account_id: "a", name: "a", value: Buffer.from("a") })).rejects.toThrow(
    "names each",
  );
});

test("a newer server that adds columns breaks no statement of one that runs", async () => {
  const path = join(testFolder(), "roster.db");
  const [engine, newer] = [await open(path), await open(path)];
  await exerciseAcrossMigration(engine, newer);
});

const ACCOUNT: Insertable<AccountsTable> = {
  account_id: "a",
  name: "a",
  slug: "a",
  status: "ACTIVE",
  metadata: "{}",
  create_time: 1,
  update_time: 1,
  version: 1,
};

async function open(path = join(testFolder(), "roster.db")): Promise<Engine> {
  const engine = openSqlite(path);
  onTestFinished(() => engine.close());
  await migrate(engine);
  return engine;
}
