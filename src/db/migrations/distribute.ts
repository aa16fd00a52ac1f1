import { sql } from "kysely";
import type { Engine } from "../engine.ts";
import { TABLES } from "../schema.ts";

/** Spreads the tables over the workers of a Citus cluster, by account. Tables that are spread already stay as they are. */
export async function distribute(engine: Engine): Promise<void> {
  for (const table of [...TABLES, "user_words"]) {
    await sql`
      select create_distributed_table(${table}, 'account_id')
      where not exists (select from pg_dist_partition where logicalrelid = ${table}::regclass)
    `.execute(engine.writer);
  }
}
