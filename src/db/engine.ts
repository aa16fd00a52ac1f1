import type { Kysely, SelectQueryBuilder, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { Schema } from "./schema.ts";

/** What databases disagree on. Nothing else may ask which database it is. */
export interface Engine {
  /** Everything that writes. Transactions take the write lock at their start. */
  readonly writer: Kysely<Schema>;
  /** Everything that only reads. Never waits for the writer. */
  readonly reader: Kysely<Schema>;
  readonly types: ColumnTypes;
  /** Makes the rows of a select unavailable to other writers until the transaction ends. */
  forUpdate<T, O>(query: SelectQueryBuilder<Schema, T & keyof Schema, O>): SelectQueryBuilder<Schema, T & keyof Schema, O>;
  /** Whether the transaction that failed may succeed when it is run again. */
  isRetryable(error: unknown): boolean;
  /** Whether the error means that the database is out of reach, full or unable to write. */
  isUnavailable(error: unknown): boolean;
  close(): Promise<void>;
}

/** Types of columns, for migrations. Text compares byte by byte. */
export interface ColumnTypes {
  readonly text: "text" | ReturnType<typeof sql>;
  readonly integer: "integer" | "bigint";
  readonly bytes: "blob" | "bytea";
}

/** A migration for every engine. Names sort in the order they run. */
export type CreateMigration = (types: ColumnTypes) => Migration;
