import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { Literal, MetadataPath } from "../../directory/lists/filter.ts";
import type { JsonDialect } from "../engine.ts";

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
  some: (column, path, holds) =>
    sql<SqlBool>`exists (select 1 from jsonb_array_elements(
      case when ${type(column, path)} = 'array' then ${value(column, path)} end
    ) as element (object) where jsonb_typeof(element.object) = 'object' and ${holds("element.object")})`,
  isIndexed: () => false,
  // An index takes values of up to 2.7 KB; longer ones would fail every write.
  key: (column, path) => sql`jsonb_hash_extended(${follow(column, path, (key) => sql.lit(key))}, 0)`,
  keyOf: (literal) => sql`jsonb_hash_extended(${JSON.stringify(literal)}::jsonb, 0)`,
};

function value(column: string, path: MetadataPath): RawBuilder<unknown> {
  return follow(column, path, (key) => sql`${key}`);
}

// Keys one by one: in a path, digits would also find elements of lists.
function follow(column: string, path: MetadataPath, write: (key: string) => RawBuilder<unknown>): RawBuilder<unknown> {
  const steps = [sql`${sql.ref(column)}::jsonb`, ...path.map((key) => sql`${write(key)}::text`)];
  return sql`(${sql.join(steps, sql` -> `)})`;
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
