import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Literal, MetadataPath } from "../../directory/lists/filter.ts";
import type { JsonDialect } from "../engine.ts";

/** Values as JSON text: it is canonical, so equal values have equal texts. */
export const sqliteJson: JsonDialect = {
  value: (column, path) => sql`(${sql.ref(column)} -> ${toPath(path)})`,
  literal: (value) => sql`${JSON.stringify(value)}`,
  text: (column, path) => sql`(case when ${type(column, path)} = 'text' then ${sql.ref(column)} ->> ${toPath(path)} end)`,
  number: (column, path) =>
    sql`(case when ${type(column, path)} in ('integer', 'real') then cast(${sql.ref(column)} ->> ${toPath(path)} as real) end)`,
  hasTypeOf: (column, path, literal) => sql<SqlBool>`${type(column, path)} in (${sql.join(typesOf(literal).map(quoted))})`,
  includes: (column, path, literal) =>
    sql<SqlBool>`(${type(column, path)} = 'array' and exists (select 1 from json_each(${sql.ref(column)}, ${toPath(path)}) as element
      where ${isElement(literal)}))`,
  some: (column, path, holds) =>
    sql<SqlBool>`(${type(column, path)} = 'array' and exists (select 1 from (
      select case when type = 'object' then value end as object from json_each(${sql.ref(column)}, ${toPath(path)})
    ) as element where element.object is not null and ${holds("element.object")}))`,
  isIndexed: () => false,
  key: (column, path) => sql`substr(${sql.ref(column)} -> ${sql.lit(toPath(path))}, 1, ${sql.lit(KEY_LENGTH)})`,
  keyOf: (literal) => sql`substr(${JSON.stringify(literal)}, 1, ${sql.lit(KEY_LENGTH)})`,
};

const KEY_LENGTH = 64;

/** Keys are written as in JSON: whatever a key has in it, it stays one key. */
function toPath(path: MetadataPath): string {
  return ["$", ...path.map((key) => JSON.stringify(key))].join(".");
}

function type(column: string, path: MetadataPath): RawBuilder<string | null> {
  return sql`json_type(${sql.ref(column)}, ${toPath(path)})`;
}

function typesOf(literal: Literal): string[] {
  switch (typeof literal) {
    case "string":
      return ["text"];
    case "number":
      return ["integer", "real"];
    case "boolean":
      return ["true", "false"];
    default:
      return ["null"];
  }
}

function quoted(name: string): RawBuilder<string> {
  return sql.lit(name);
}

function isElement(literal: Literal): RawBuilder<SqlBool> {
  switch (typeof literal) {
    case "string":
      return sql`element.type = 'text' and element.atom = ${literal}`;
    case "number":
      return sql`element.type in ('integer', 'real') and cast(element.atom as real) = ${literal}`;
    default:
      return sql`element.type = ${sql.lit(String(literal))}`;
  }
}
