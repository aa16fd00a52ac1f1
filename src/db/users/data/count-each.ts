import type { RawBuilder, SqlBool } from "kysely";
import type { Queryable } from "../../query/queryable.ts";
import { type Table, untyped } from "../../query/untyped-tables.ts";

/** How many rows each user has. */
export type Counts = ReadonlyMap<string, number>;

interface Rows {
  readonly table: Table;
  /** The column that has the user. */
  readonly column: string;
  readonly where: RawBuilder<SqlBool>;
}

/** How many rows each user has of those that a change is to be made to. For one user the change itself tells. */
export async function countEach(
  db: Queryable,
  userIds: readonly string[],
  rows: readonly Rows[],
  change: () => Promise<number>,
): Promise<Counts> {
  const [only, ...others] = userIds;
  if (only !== undefined && others.length === 0) {
    return new Map([[only, await change()]]);
  }
  const counts = new Map<string, number>();
  for (const each of rows) {
    for (const [userId, count] of await countRows(db, each)) counts.set(userId, count + (counts.get(userId) ?? 0));
  }
  await change();
  return counts;
}

async function countRows(db: Queryable, { table, column, where }: Rows): Promise<Array<[string, number]>> {
  const rows = await untyped(db)
    .selectFrom(table)
    .select((row) => [`${column} as user_id`, row.fn.countAll<number>().as("count")])
    .where(where)
    .groupBy(column)
    .execute();
  return rows.map(({ user_id, count }) => [String(user_id), count]);
}
