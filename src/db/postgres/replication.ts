import { type Kysely, sql } from "kysely";
import { DatabaseError } from "pg";
import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import type { Schema } from "../schema.ts";

/** How far a server has come. */
export interface Place {
  /** In its write-ahead log, in bytes from the beginning. Null: a standby that has replayed nothing, or no standby. */
  readonly position: number | null;
  /** The same in all copies of a directory, and in no other. Null: there is none yet. */
  readonly directory: string | null;
}

/** Secrets are made at random when a directory is first served. */
const DIRECTORY = sql<string | null>`(
  select string_agg(name || encode(sha256(value), 'hex'), ',' order by name)
  from secrets where account_id = ${sql.lit(DEFAULT_ACCOUNT)})`;

/** Of a server that takes writes: up to where they are on the disk, and so on their way to standbys. */
export async function placeOfPrimary(db: Kysely<Schema>): Promise<Place> {
  return one(db, sql`pg_current_wal_flush_lsn()`);
}

/** Of a server that replays the writes of another. One that does not, or no longer, has no position. */
export async function placeOfStandby(db: Kysely<Schema>): Promise<Place> {
  return one(db, sql`case when pg_is_in_recovery() then pg_last_wal_replay_lsn() end`);
}

async function one(db: Kysely<Schema>, position: ReturnType<typeof sql>): Promise<Place> {
  const place = sql<Place>`select (${position} - '0/0')::bigint as position, ${DIRECTORY} as directory`;
  const { rows } = await place.execute(db);
  return rows[0] ?? { position: null, directory: null };
}

/** Whether the statement has taken longer than statements may. */
export function isTimeout(error: unknown): boolean {
  return error instanceof DatabaseError && error.code === "57014";
}
