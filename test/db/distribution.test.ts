import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../../src/db/engine.ts";
import { TABLES } from "../../src/db/schema.ts";
import { openTestEngine } from "../support/engine.ts";
import { openTestStore } from "../support/store.ts";

// PostgreSQL can be distributed by account because the account is in every key. That is read from the catalogues of databases that
// have been migrated.

let engine: Engine;
let catalogue: Catalogue;
let close: () => Promise<void>;
beforeAll(async () => {
  const store = await openTestStore();
  engine = openTestEngine(store.url);
  catalogue = store.url.startsWith("sqlite:") ? SQLITE : POSTGRES;
  close = async () => {
    await engine.close();
    await store.close();
  };
});
afterAll(() => close());

test("every primary key, unique key and unique index of every table begins with the account", async () => {
  const { rows } = await sql<UniqueIndex>`${sql.raw(catalogue.uniqueIndexes)}`.execute(engine.writer);
  const ours = rows.filter(({ table }) => isOurs(table));
  expect(new Set(ours.map(({ table }) => table))).toEqual(new Set(catalogue.tables));
  expect(ours.filter(({ first }) => first !== "account_id")).toEqual([]);
});

test("every foreign key takes the account along, so that what refers to a row is where the row is", async () => {
  const { rows } = await sql<ForeignKey>`${sql.raw(catalogue.foreignKeys)}`.execute(engine.writer);
  const ours = rows.filter(({ table }) => isOurs(table));
  expect(ours.length).toBeGreaterThan(0);
  const keys = Map.groupBy(ours, ({ table, key }) => `${table} ${key}`);
  const withoutAccount = [...keys].filter(([, columns]) => !columns.some(isOfAccount)).map(([name]) => name);
  expect(withoutAccount).toEqual([]);
});

interface UniqueIndex {
  readonly table: string;
  readonly name: string;
  /** Its first column. */
  readonly first: string | null;
}

/** One column of a foreign key. */
interface ForeignKey {
  readonly table: string;
  readonly key: string | number;
  readonly from: string;
  readonly to: string;
}

interface Catalogue {
  readonly tables: readonly string[];
  readonly uniqueIndexes: string;
  readonly foreignKeys: string;
}

const SQLITE: Catalogue = {
  tables: TABLES,
  uniqueIndexes: `
    select list.name as "table", indexes.name as name, info.name as first
    from pragma_table_list list, pragma_index_list(list.name) indexes, pragma_index_info(indexes.name) info
    where list.schema = 'main' and indexes."unique" = 1 and info.seqno = 0`,
  foreignKeys: `
    select list.name as "table", keys.id as key, keys."from", keys."to"
    from pragma_table_list list, pragma_foreign_key_list(list.name) keys where list.schema = 'main'`,
};

const POSTGRES: Catalogue = {
  tables: [...TABLES, "user_words"],
  uniqueIndexes: `
    select tables.relname as "table", indexes.relname as name, columns.attname as first
    from pg_index
    join pg_class tables on tables.oid = indrelid
    join pg_class indexes on indexes.oid = indexrelid
    left join pg_attribute columns on columns.attrelid = indrelid and columns.attnum = indkey[0]
    where indisunique and tables.relnamespace = current_schema()::regnamespace`,
  foreignKeys: `
    select tables.relname as "table", conname as key, own.attname as "from", other.attname as "to"
    from pg_constraint
    join pg_class tables on tables.oid = conrelid
    cross join unnest(conkey, confkey) as pairs (own, other)
    join pg_attribute own on own.attrelid = conrelid and own.attnum = pairs.own
    join pg_attribute other on other.attrelid = confrelid and other.attnum = pairs.other
    where contype = 'f' and connamespace = current_schema()::regnamespace`,
};

function isOurs(table: string): boolean {
  return catalogue.tables.includes(table);
}

function isOfAccount({ from, to }: ForeignKey): boolean {
  return from === "account_id" && to === "account_id";
}
