import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import Database from "better-sqlite3";
import {
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  Kysely,
  SqliteAdapter,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from "kysely";
import type { Peers } from "../directory/peers.ts";
import type { Engine } from "./engine.ts";
import type { Schema } from "./schema.ts";
import { keepSqliteIndexes } from "./sqlite-indexes.ts";
import { sqliteJson } from "./sqlite-json.ts";

/**
 * Opens the file, made if missing. Write-ahead log, and every commit on the disk before it is acknowledged. What a purge
 * deletes is overwritten, not just unlinked (`secure_delete`). A transaction waits at most `lockTimeoutMs` for
 * a lock that another process holds; processes that take turns to write need hardly wait.
 */
export function openSqlite(path: string, lockTimeoutMs = LOCK_TIMEOUT_MS, takeTurn?: TakeTurn): Engine {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const write = connect(path, {}, WRITER_CACHE_KIB);
  write.pragma("journal_mode = WAL");
  write.pragma("synchronous = FULL");
  write.pragma("secure_delete = ON");
  // What savepoints would need to undo; in a file, that costs more than all else that an insert does.
  write.pragma("temp_store = MEMORY");
  write.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  const read = connect(path, { readonly: true }, READER_CACHE_KIB);
  const writer = new Kysely<Schema>({ dialect: new Dialect(write, "begin immediate", lockTimeoutMs, takeTurn) });
  const reader = new Kysely<Schema>({ dialect: new Dialect(read, "begin", 0) });
  return {
    writer,
    reader,
    maintenance: writer,
    types: { text: "text", integer: "integer", bytes: "blob", absentFirst: "" },
    json: sqliteJson,
    keepIndexes: (prefix, wanted) => keepSqliteIndexes(writer, prefix, wanted),
    // The write lock is taken when the transaction begins.
    forUpdate: (query) => query,
    // For an insert of several, SQLite copies every page it touches, to be able to undo it.
    rowsPerInsert: [1],
    // There is one writer.
    commitsWith: () => "",
    // Writers wait for the lock before they read.
    isRetryable: () => false,
    isUnavailable: (error) => error instanceof Database.SqliteError && UNAVAILABLE.test(error.code),
    // Pages in the write-ahead log are as they were written: deleted rows stay in it until it begins anew.
    eraseRemains: () =>
      writer.connection().execute(async () => {
        withoutWaiting(write, () => write.pragma("wal_checkpoint(TRUNCATE)"));
      }),
    // The writer last: only it can move what is in the write-ahead log into the file.
    async close() {
      await reader.destroy();
      read.close();
      await writer.destroy();
      write.close();
    },
  };
}

type TakeTurn = Peers["takeTurn"];

const UNAVAILABLE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB|NOMEM|PROTOCOL|PERM)/;

const LOCK_TIMEOUT_MS = 10_000;
const LOCK_RETRY_MS = 3;

/** A large import changes pages of every index, and they had better stay until its commit. */
const WRITER_CACHE_KIB = 65_536;
/** Of 4 KiB. An import of 1000 users changes 3000, most of them again with the next 1000: into the file they had better go less often. */
const CHECKPOINT_PAGES = 8_000;
/** Behind it there is the system's own cache. */
const READER_CACHE_KIB = 16_384;

function connect(path: string, options: Database.Options, cacheKib: number): Database.Database {
  const database = new Database(path, { timeout: LOCK_TIMEOUT_MS, ...options });
  database.pragma("foreign_keys = ON");
  database.pragma(`cache_size = -${cacheKib}`);
  return database;
}

class Dialect extends SqliteDialect {
  readonly #database: Database.Database;
  readonly #begin: string;
  readonly #lockTimeoutMs: number;
  readonly #takeTurn: TakeTurn | undefined;

  constructor(database: Database.Database, begin: string, lockTimeoutMs: number, takeTurn?: TakeTurn) {
    super({ database: rememberStatements(database) });
    this.#database = database;
    this.#begin = begin;
    this.#lockTimeoutMs = lockTimeoutMs;
    this.#takeTurn = takeTurn;
  }

  override createAdapter(): DialectAdapter {
    return new Adapter();
  }

  override createDriver(): Driver {
    return new TransactionDriver(this.#database, this.#begin, this.#lockTimeoutMs, this.#takeTurn);
  }
}

// SQLite changes tables within transactions, whatever Kysely thinks: a first start that is cut off leaves nothing behind, and
// of several at once one does the work.
class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

class TransactionDriver extends SqliteDriver {
  readonly #database: Database.Database;
  readonly #begin: Database.Statement;
  readonly #lockTimeoutMs: number;
  readonly #takeTurn: TakeTurn | undefined;
  #endTurn: (() => void) | undefined;

  constructor(database: Database.Database, begin: string, lockTimeoutMs: number, takeTurn?: TakeTurn) {
    super({ database: rememberStatements(database) });
    this.#database = database;
    this.#begin = database.prepare(begin);
    this.#lockTimeoutMs = lockTimeoutMs;
    this.#takeTurn = takeTurn;
  }

  // SQLite's own way to wait for a lock would stop the whole process. Readers need none.
  override async beginTransaction(): Promise<void> {
    if (this.#lockTimeoutMs === 0) {
      this.#begin.run();
      return;
    }
    this.#endTurn = await this.#takeTurn?.();
    try {
      for (const end = performance.now() + this.#lockTimeoutMs; !this.#tryBegin(performance.now() > end); ) {
        await setTimeout(LOCK_RETRY_MS);
      }
    } catch (error) {
      this.#endTurn?.();
      throw error;
    }
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#endTurn?.();
  }

  #tryBegin(last: boolean): boolean {
    try {
      withoutWaiting(this.#database, () => this.#begin.run());
      return true;
    } catch (error) {
      if (last || !(error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY"))) {
        throw error;
      }
      return false;
    }
  }

  // SQLite has rolled back by itself after a full disk or a failed write.
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      if (this.#database.inTransaction) {
        await super.rollbackTransaction(connection);
      }
    } finally {
      this.#endTurn?.();
    }
  }
}

/** Runs what would otherwise stop the process while it waits for a lock. */
function withoutWaiting(database: Database.Database, run: () => void): void {
  database.pragma("busy_timeout = 0");
  try {
    run();
  } finally {
    database.pragma(`busy_timeout = ${LOCK_TIMEOUT_MS}`);
  }
}

const STATEMENT_LIMIT = 500;

/** Kysely prepares each statement anew; remembering them doubles the speed of point reads. */
function rememberStatements(database: Database.Database): SqliteDatabase {
  const statements = new Map<string, Database.Statement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      let statement = statements.get(sql);
      if (statement === undefined) {
        statement = database.prepare(sql);
        if (statements.size >= STATEMENT_LIMIT) {
          statements.clear();
        }
        statements.set(sql, statement);
      }
      return statement;
    },
  };
}
