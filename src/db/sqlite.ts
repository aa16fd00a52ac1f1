import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type SqliteDatabase,
  SqliteDialect,
  SqliteDriver,
} from "kysely";
import type { Engine } from "./engine.ts";
import { DatabaseProblem } from "./problem.ts";
import type { Schema } from "./schema.ts";

/**
 * Opens the file, made if missing. Write-ahead log, and every commit on the disk before it is acknowledged. What a purge
 * deletes is overwritten, not just unlinked (`secure_delete`). Throws a DatabaseProblem that names the file.
 */
export function openSqlite(path: string): Engine {
  const { write, read } = openFile(path);
  const writer = new Kysely<Schema>({ dialect: new Dialect(write, "begin immediate") });
  const reader = new Kysely<Schema>({ dialect: new Dialect(read, "begin") });
  return {
    writer,
    reader,
    types: { text: "text", integer: "integer", bytes: "blob" },
    // The write lock is taken when the transaction begins.
    forUpdate: (query) => query,
    // Writers wait for the lock before they read.
    isRetryable: () => false,
    isUnavailable: (error) => error instanceof Database.SqliteError && UNAVAILABLE.test(error.code),
    async close() {
      await reader.destroy();
      await writer.destroy();
      read.close();
      write.close();
    },
  };
}

const UNAVAILABLE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY|CORRUPT|NOTADB|NOMEM|PROTOCOL|PERM)/;

function openFile(path: string): Record<"write" | "read", Database.Database> {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const write = connect(path, {});
    write.pragma("journal_mode = WAL");
    write.pragma("synchronous = FULL");
    write.pragma("secure_delete = ON");
    return { write, read: connect(path, { readonly: true }) };
  } catch (cause) {
    throw new DatabaseProblem(`the database ${path} can't be opened: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}

function connect(path: string, options: Database.Options): Database.Database {
  const database = new Database(path, { timeout: 10_000, ...options });
  database.pragma("foreign_keys = ON");
  database.pragma("cache_size = -65536");
  return database;
}

class Dialect extends SqliteDialect {
  readonly #database: Database.Database;
  readonly #begin: string;

  constructor(database: Database.Database, begin: string) {
    super({ database: rememberStatements(database) });
    this.#database = database;
    this.#begin = begin;
  }

  override createDriver(): Driver {
    return new TransactionDriver(this.#database, this.#begin);
  }
}

class TransactionDriver extends SqliteDriver {
  readonly #database: Database.Database;
  readonly #begin: CompiledQuery;

  constructor(database: Database.Database, begin: string) {
    super({ database: rememberStatements(database) });
    this.#database = database;
    this.#begin = CompiledQuery.raw(begin);
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(this.#begin);
  }

  // SQLite has rolled back by itself after a full disk or a failed write.
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#database.inTransaction) {
      await super.rollbackTransaction(connection);
    }
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
