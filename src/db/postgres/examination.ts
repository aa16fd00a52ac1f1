import { sql } from "kysely";
import { DatabaseError } from "pg";
import { causeText } from "../../directory/values/cause.ts";
import type { Examination, FoundIndex } from "../engine.ts";
import type { Queryable } from "../query/queryable.ts";

const PLANS = ["enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan"] as const;

/** PostgreSQL needs its extension `amcheck` to look at itself. */
export const postgresExamination: Examination = {
  async examine(db) {
    const schema = await amcheckSchema(db);
    if (schema === undefined) {
      return {
        damages: [],
        notes: ["PostgreSQL's files were not examined: that takes `create extension amcheck`, and a user who may call it"],
      };
    }
    return { damages: await damagesOf(db, schema), notes: [] };
  },
  async listIndexes(db) {
    const { rows } = await sql<FoundIndex>`
      select relname as name, indisvalid as valid from pg_index join pg_class on pg_class.oid = indexrelid
      where relnamespace = (select relnamespace from pg_class where oid = 'accounts'::regclass)`.execute(db);
    return rows;
  },
  async withoutIndexes(db, work) {
    for (const plan of PLANS) await sql`set local ${sql.raw(plan)} = off`.execute(db);
    await work();
    for (const plan of PLANS) await sql`set local ${sql.raw(plan)} = on`.execute(db);
  },
};

/** Undefined: it is not installed, or this user may not call it. */
async function amcheckSchema(db: Queryable): Promise<string | undefined> {
  const { rows } = await sql<{ schema: string }>`
    select nspname as schema from pg_extension join pg_namespace on pg_namespace.oid = extnamespace
    where extname = 'amcheck' and (
      select bool_and(has_function_privilege(pg_proc.oid, 'execute')) from pg_proc
      where pronamespace = extnamespace and proname in ('bt_index_check', 'verify_heapam')
    )`.execute(db);
  return rows[0]?.schema;
}

/** Each page of the tables, and each B-tree held against its table. */
async function damagesOf(db: Queryable, schema: string): Promise<string[]> {
  const damages: string[] = [];
  for (const { name } of await relations(db, "r")) {
    const { rows } = await sql<{ blkno: number; msg: string }>`
      select blkno, msg from ${sql.id(schema, "verify_heapam")}(${name}::regclass)`.execute(db);
    damages.push(...rows.map(({ blkno, msg }) => `table ${name}, page ${blkno}: ${msg}`));
  }
  for (const { name } of await relations(db, "i")) {
    await sql`savepoint each_index`.execute(db);
    try {
      await sql`select ${sql.id(schema, "bt_index_check")}(${name}::regclass, true)`.execute(db);
    } catch (error) {
      await sql`rollback to savepoint each_index`.execute(db);
      damages.push(`index ${name}: ${reasonOf(error)}`);
    }
  }
  return damages;
}

function reasonOf(error: unknown): string {
  const detail = error instanceof DatabaseError && error.detail !== undefined ? ` (${error.detail})` : "";
  return `${causeText(error)}${detail}`;
}

/** Tables, or the B-trees on them, of the schema that Roster's are in. */
async function relations(db: Queryable, kind: "r" | "i"): Promise<Array<{ name: string }>> {
  const { rows } = await sql<{ name: string }>`
    select pg_class.oid::regclass::text as name from pg_class left join pg_am on pg_am.oid = relam
    where relnamespace = (select relnamespace from pg_class where oid = 'accounts'::regclass)
      and relkind = ${kind} and (relkind = 'r' or amname = 'btree')`.execute(db);
  return rows;
}
