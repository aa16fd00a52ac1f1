import type { Micros } from "../values/clock.ts";

/** What the database takes on the disk. */
export interface Footprint {
  /** With its indexes. */
  readonly databaseBytes: number;
  /** Of the write-ahead log beside it. Null: the engine has none of its own. */
  readonly logBytes: number | null;
  /** Room that is left on the disk. Null: not known here. */
  readonly freeBytes: number | null;
}

/** The state of a database as a whole, for those who watch over it. */
export interface Survey extends Footprint {
  readonly accounts: number;
  /** Transactions that the histories of all accounts still have. */
  readonly historyRevisions: number;
  /** The commit time of the oldest change of any account. Null: there is none. */
  readonly historyFloorTime: Micros | null;
  /** Transactions that searches do not find yet. */
  readonly unsearchableRevisions: number;
  /** Migrations that this version knows and the database has not had. */
  readonly pendingMigrations: number;
  /** Migrations that the database has had and this version does not know. */
  readonly unknownMigrations: number;
}
