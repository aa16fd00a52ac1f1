import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Literal, MetadataPath } from "../directory/filter.ts";
import type { JsonDialect } from "./engine.ts";

/** Values as jsonb: its numbers are exact, and those of canonical JSON are as equal and ordered as the doubles they stand for. */
export const postgresJson: JsonDialect = {
  value,
  literal: (literal) => sql`${JSON.stringify(literal)}::jsonb`,
  text: (column, path) => sql`(case when ${type(column, path)} = 'string' then ${content(column, path)} end collate "C")`,
  number: (column, path) =>
    sql`(case when ${type(column, path)} = 'number' then (${content(column, path)})::double precision end)`,
  hasTypeOf: (column, path, literal) => sql<SqlBool>`${type(column, path)} = ${sql.lit(typeOf(literal))}`,
  includes: (column, path, literal) =>
    sql<SqlBool>`(${type(column, path)} = 'array' and ${value(column, path)} @> ${JSON.stringify(literal)}::jsonb)`,
};

// Keys one by one: in a path, digits would also find elements of lists.
function value(column: string, path: MetadataPath): RawBuilder<unknown> {
  const keys = path.map((key) => sql`${key}::text`);
  return sql`(${sql.ref(column)}::jsonb -> ${sql.join(keys, sql` -> `)})`;
}

function type(column: string, path: MetadataPath): RawBuilder<string | null> {
  return sql`jsonb_typeof(${value(column, path)})`;
}

function content(column: string, path: MetadataPath): RawBuilder<string | null> {
  return sql`${value(column, path)} #>> '{}'`;
}

function typeOf(literal: Literal): string {
  return literal === null ? "null" : typeof literal;
}
