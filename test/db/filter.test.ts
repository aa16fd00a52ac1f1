import {
  type Dialect,
  DummyDriver,
  Kysely,
  PostgresQueryCompiler,
  type QueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from "kysely";
import { expect, test } from "vitest";
import { postgresJson } from "../../src/db/postgres/json.ts";
import { whereFilter } from "../../src/db/query/filter.ts";
import { sqliteJson } from "../../src/db/sqlite/json.ts";
import type { Filter } from "../../src/directory/lists/filter.ts";

const COLUMNS = { fields: { name: { column: "name" } }, metadata: "metadata" };
const NAME = { field: "name" } as const;
const PATH = { path: ["a", 'b"c'] };

test.each<[Filter<"name">, string, unknown[]]>([
  [{ kind: "compare", value: NAME, operator: "==", literal: "x' or 1=1" }, '"name" = ?', ["x' or 1=1"]],
  [{ kind: "not", term: { kind: "has", value: NAME } }, 'not coalesce("name" is not null, false)', []],
  [{ kind: "match", value: NAME, method: "startsWith", text: "😀%" }, 'substr("name", 1, ?) = ?', [2, "😀%"]],
  [{ kind: "in", value: NAME, literals: ["a", "b"] }, '"name" in (?, ?)', ["a", "b"]],
])("on SQLite %j is %s", (filter, sql, parameters) => {
  const compiled = compile(new SqliteQueryCompiler(), whereFilter(filter, COLUMNS, sqliteJson));
  expect(compiled).toEqual({ sql, parameters });
});

test("keys and values of metadata are parameters, too", () => {
  const filter: Filter<"name"> = { kind: "compare", value: PATH, operator: "==", literal: "x" };
  expect(compile(new SqliteQueryCompiler(), whereFilter(filter, COLUMNS, sqliteJson))).toEqual({
    sql: '("metadata" -> ?) = ?',
    parameters: ['$."a"."b\\"c"', '"x"'],
  });
  expect(compile(new PostgresQueryCompiler(), whereFilter(filter, COLUMNS, postgresJson))).toEqual({
    sql: '("metadata"::jsonb -> $1::text -> $2::text) = $3::jsonb',
    parameters: ["a", 'b"c', '"x"'],
  });
});

function compile(compiler: QueryCompiler, condition: ReturnType<typeof whereFilter>) {
  const dialect: Dialect = {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => compiler,
  };
  const { sql, parameters } = condition.compile(new Kysely({ dialect }));
  return { sql, parameters };
}
