import { setTimeout } from "node:timers/promises";
import Database from "better-sqlite3";
import {
  type DatabaseConnection,
  type DialectAdapter,
  type Driver,
  Kysely,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
} from "kysely";
import type { Outage } from "../../directory/errors.ts";
import type { WriteLease } from "../../directory/store/write-lease.ts";
import type { Engine } from "../engine.ts";
import type { Schema } from "../schema.ts";
import { connectReader, connectWriter, LOCK_TIMEOUT_MS, rememberStatements } from "./connection.ts";
import { keepSqliteIndexes } from "./indexes.ts";
import { sqliteJson } from "./json.ts";
import { ScanThreadLost, scanDialect } from "./scan-dialect.ts";

/**
 * Opens the file, made if missing. A transaction waits at most `lockTimeoutMs` for a lock that another process holds; processes
 * that pass a write lease on need hardly wait.
 */
export function openSqlite(path: string, lockTimeoutMs = LOCK_TIMEOUT_MS, writeLease?: WriteLease): Engine {
  const write = connectWriter(path);
  const read = connectReader(path);
  const writer = new Kysely<Schema>({ dialect: new Dialect(write, "begin immediate", lockTimeoutMs, writeLease) });
  const reader = new Kysely<Schema>({ dialect: new Dialect(read, "begin", 0) });
  const scanner = new Kysely<Schema>({ dialect: scanDialect(path) });
  return {
    writer,
    reader,
    scanner,
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
    outageOf,
    // Pages in the write-ahead log are as they were written: deleted rows stay in it until it begins anew.
    eraseRemains: () =>
      writer.connection().execute(async () => {
        withoutWaiting(write, () => write.pragma("wal_checkpoint(TRUNCATE)"));
      }),
    // The writer last: only it can move what is in the write-ahead log into the file.
    async close() {
      await scanner.destroy();
      await reader.destroy();
      read.close();
      await writer.destroy();
      write.close();
    },
  };
}

/** No room, no right, no lock, or a disk that fails when it is written. */
const UNWRITABLE = /^SQLITE_(BUSY|FULL|READONLY|IOERR_(WRITE|FSYNC|DIR_FSYNC|TRUNCATE|DELETE|SHMSIZE))/;
const UNREACHABLE = /^SQLITE_(LOCKED|IOERR|CANTOPEN|CORRUPT|NOTADB|NOMEM|PROTOCOL|PERM)/;

function outageOf(error: unknown): Outage | undefined {
  if (!(error instanceof Database.SqliteError)) {
    return error instanceof ScanThreadLost ? "unreachable" : undefined;
  }
  return UNWRITABLE.test(error.code) ? "unwritable" : UNREACHABLE.test(error.code) ? "unreachable" : undefined;
}

const LOCK_RETRY_MS = 3;

class Dialect extends SqliteDialect {
  readonly #database: Database.Database;
  readonly #begin: string;
  readonly #lockTimeoutMs: number;
  readonly #writeLease: WriteLease | undefined;

  constructor(database: Database.Database, begin: string, lockTimeoutMs: number, writeLease?: WriteLease) {
    super({ database: rememberStatements(database) });
    this.#database = database;
    this.#begin = begin;
    this.#lockTimeoutMs = lockTimeoutMs;
    this.#writeLease = writeLease;
  }

  override createAdapter(): DialectAdapter {
    return new Adapter();
  }

  override createDriver(): Driver {
    return new TransactionDriver(this.#database, this.#begin, this.#lockTimeoutMs, this.#writeLease);
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
  readonly #writeLease: WriteLease | undefined;
  #releaseLease: (() => void) | undefined;

  constructor(database: Database.Database, begin: string, lockTimeoutMs: number, writeLease?: WriteLease) {
    super({ database: rememberStatements(database) });
    this.#database = database;
    this.#begin = database.prepare(begin);
    this.#lockTimeoutMs = lockTimeoutMs;
    this.#writeLease = writeLease;
  }

  // SQLite's own way to wait for a lock would stop the whole process. Readers need none.
  override async beginTransaction(): Promise<void> {
    if (this.#lockTimeoutMs === 0) {
      this.#begin.run();
      return;
    }
    this.#releaseLease = await this.#writeLease?.acquire();
    try {
      for (const end = performance.now() + this.#lockTimeoutMs; !this.#tryBegin(performance.now() > end); ) {
        await setTimeout(LOCK_RETRY_MS);
      }
    } catch (error) {
      this.#releaseLease?.();
      throw error;
    }
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#releaseLease?.();
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
      this.#releaseLease?.();
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
