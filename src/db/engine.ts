import type { Kysely, RawBuilder, Selectable, SelectQueryBuilder, SqlBool, sql } from "kysely";
import type { Migration } from "kysely/migration";
import type { Outage } from "../directory/errors.ts";
import type { Literal, MetadataPath } from "../directory/lists/filter.ts";
import type { Footprint } from "../directory/store/survey.ts";
import type { Tracer } from "../tracing/span.ts";
import type { Queryable } from "./query/queryable.ts";
import type { Schema, UsersTable } from "./schema.ts";

/** What databases disagree on. Nothing else may ask which database it is. */
export interface Engine {
  /** For people who ask what runs; nothing is decided by it. */
  readonly name: "sqlite" | "postgres";
  /** Traces what calls do here. Undefined: none is traced. */
  readonly tracer?: Tracer | undefined;
  /** Everything that writes. Transactions take the write lock at their start. */
  readonly writer: Kysely<Schema>;
  /** Everything that only reads. Never waits for the writer. */
  readonly reader: Kysely<Schema>;
  /** As the reader, for what may look at many rows. Keeps nobody waiting but others of its kind; takes longer to begin. */
  readonly scanner: Kysely<Schema>;
  /** Changes of the schema, which may take as long as they need. */
  readonly maintenance: Kysely<Schema>;
  readonly types: ColumnTypes;
  readonly json: JsonDialect;
  readonly words: WordIndex;
  readonly examination: Examination;
  /**
   * Sees to it that of all indexes whose names begin with `prefix` there are those on `users` that are wanted, and no other.
   * Any number of servers may do so at once. Writers go on meanwhile, where the database can.
   */
  keepIndexes(prefix: string, wanted: readonly Index[]): Promise<void>;
  /** Makes the rows of a select unavailable to other writers until the transaction ends. */
  forUpdate<T, O>(query: SelectQueryBuilder<Schema, T & keyof Schema, O>): SelectQueryBuilder<Schema, T & keyof Schema, O>;
  /** How many rows go into one insert or update, most first; the last is 1. */
  readonly rowsPerInsert: readonly number[];
  /** Writes to accounts for which this is the same wait for each other in the database, and so can share a transaction. */
  writeQueueOf(accountId: string): string;
  /** Whether the transaction that failed may succeed when it is run again. */
  isRetryable(error: unknown): boolean;
  /** What the error says of the database; undefined: nothing. */
  outageOf(error: unknown): Outage | undefined;
  /** Removes from the disk what deleted rows have left behind, as far as that can be done without waiting for anybody. */
  eraseDeletedRows(): Promise<void>;
  /** What the database takes on the disk. */
  footprint(): Promise<Footprint>;
  close(): Promise<void>;
}

/** Types of columns, for migrations. Text compares byte by byte. */
export interface ColumnTypes {
  readonly text: "text" | ReturnType<typeof sql>;
  readonly integer: "integer" | "bigint";
  readonly bytes: "blob" | "bytea";
  /** Behind a column of an index: absent values come first. */
  readonly absentFirst: "" | " nulls first";
}

/** How to look into a column of canonical JSON, at a path of keys, which may be none. All are null or false where nothing is. */
export interface JsonDialect {
  /** The value, in a form that can be compared with `literal`: equal if type and value are; truth values have an order, too. */
  value(column: string, path: MetadataPath): RawBuilder<unknown>;
  literal(value: Literal): RawBuilder<unknown>;
  /** The value if it is text, as text that goes byte by byte. */
  text(column: string, path: MetadataPath): RawBuilder<string | null>;
  /** The value if it is a number, as a double. */
  number(column: string, path: MetadataPath): RawBuilder<number | null>;
  /** Whether the value has the type of the literal. */
  hasTypeOf(column: string, path: MetadataPath, literal: Literal): RawBuilder<SqlBool>;
  /** Whether the value is a list that has the literal as an element. */
  includes(column: string, path: MetadataPath, literal: Literal): RawBuilder<SqlBool>;
  /** Whether the value is a list with an object for which the condition holds, which is told the column that has the object. */
  some(column: string, path: MetadataPath, holds: (object: string) => RawBuilder<SqlBool>): RawBuilder<SqlBool>;
  /** Whether there is an index on `key` there. */
  isIndexed(column: string, path: MetadataPath): boolean;
  /** What an index keeps of the value: short, however long the value is, and the same where values are equal. No parameters. */
  key(column: string, path: MetadataPath): RawBuilder<unknown>;
  /** What `key` is where the value equals the literal. */
  keyOf(literal: Literal): RawBuilder<unknown>;
}

/** An index on `users`. */
export interface Index {
  readonly name: string;
  readonly columns: RawBuilder<unknown>;
}

/** The words of a user, as the index has them: parted by spaces, with what tells apart whose they are. */
export interface UserWords {
  readonly account_id: string;
  readonly id: string;
  readonly words: string;
}

/** Which users a search finds: those for whom one of the queries holds. */
export interface WordSearch {
  /** Null: of all accounts. */
  readonly accountId: string | null;
  /** Made by `WordIndex.query`. */
  readonly queries: readonly string[];
  /** Of those, only who has, for each beginning of one of these lists, a word that begins so. Undefined: all. */
  readonly also?: ReadonlyArray<readonly string[]>;
}

/** How an engine looks at itself. */
export interface Examination {
  /** Looks for damage in tables and indexes, also that of words. The notes tell what could not be looked at, and why. */
  examine(db: Queryable): Promise<{ readonly damages: readonly string[]; readonly notes: readonly string[] }>;
  listIndexes(db: Queryable): Promise<FoundIndex[]>;
  /** The work, in this transaction, without the indexes that might be damaged. */
  withoutIndexes(db: Queryable, work: () => Promise<void>): Promise<void>;
}

/** An index that is there. One that is not valid was broken off in the making. */
export interface FoundIndex {
  readonly name: string;
  readonly valid: boolean;
}

export interface IdRange {
  readonly after: string;
  readonly upTo: string | undefined;
}

/** The words that users are found by. */
export interface WordIndex {
  /** Makes the index, for a migration. */
  create(db: Kysely<Schema>): Promise<void>;
  /** Adds users that have just been inserted. */
  insert(db: Queryable, users: readonly UserWords[], rowsPerInsert: Engine["rowsPerInsert"]): Promise<void>;
  /** Adds or replaces users. All of them exist. Those who have these words already are not written. */
  put(db: Queryable, users: readonly UserWords[]): Promise<void>;
  /** Removes users who are erased, or will be in this transaction. */
  remove(db: Queryable, accountId: string, ids: readonly string[]): Promise<void>;
  /** Removes whoever is not one of those ids, after one id and up to another. Undefined: to the end. */
  keepOnly(db: Queryable, accountId: string, ids: readonly string[], range: IdRange): Promise<void>;
  /** Removes all users of an account that is erased. */
  removeAll(db: Queryable, accountId: string): Promise<void>;
  /** Removes what is left of accounts that are gone: servers that know nothing of words leave it behind. */
  removeStrays(db: Queryable): Promise<void>;
  /** The words that a row of `users` has in the index, in any order and perhaps each in quotes; null: none. */
  stored(): RawBuilder<string | null>;
  /** How many in the index are no users. */
  countStrays(db: Queryable): Promise<number>;
  /** What asks for those who have, for each of the beginnings, a word that begins so. They are letters and digits. */
  query(beginnings: readonly string[]): string;
  /** Whether so many of an account, more than `limit`, seem to have this very word that a search had better find others first. Cheap. */
  isCommon(db: Queryable, accountId: string, word: string, limit: number): Promise<boolean>;
  /** How many users are found, of whom no more than `upTo` are looked for. */
  count(db: Queryable, search: WordSearch, upTo?: number): Promise<number>;
  /** The users who are found, in place of `users`: each is looked up. For a few. */
  found(search: WordSearch): RawBuilder<Selectable<UsersTable>>;
  /** Whether a row of `users` is found, for lists that go along another index. */
  isFound(search: WordSearch): RawBuilder<SqlBool>;
}

/** A migration for every engine. Names sort in the order they run. */
export type CreateMigration = (types: ColumnTypes, words: Pick<WordIndex, "create">) => Migration;
