import { dirname } from "node:path";
import Database from "better-sqlite3";
import type { SqliteDatabase } from "kysely";
import { assertFolderWritable, assertWritable, makeFile, makeFolder } from "./files.ts";

export const LOCK_TIMEOUT_MS = 10_000;

/** A large import changes pages of every index, and they had better stay until its commit. */
const WRITER_CACHE_KIB = 65_536;
/** Behind it there is the system's own cache. */
const READER_CACHE_KIB = 16_384;
/** Of 4 KiB. An import of 1000 users changes 3000, most of them again with the next 1000: into the file they had better go less often. */
const CHECKPOINT_PAGES = 8_000;

/** The file is made if missing, with its folder. Throws the system's reason where SQLite only says that it can't open the file. */
export function connectWriter(path: string): Database.Database {
  makeFolder(dirname(path));
  // A file that it may not write SQLite opens to read, and says nothing.
  for (const file of [path, `${path}-wal`, `${path}-shm`]) assertWritable(file);
  try {
    makeFile(path);
    return durable(connect(path, {}, WRITER_CACHE_KIB));
  } catch (error) {
    assertFolderWritable(path);
    throw error;
  }
}

/**
 * Write-ahead log, and every commit on the disk before it is acknowledged. What a purge deletes is overwritten, not just
 * unlinked (`secure_delete`).
 */
function durable(database: Database.Database): Database.Database {
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.pragma("secure_delete = ON");
  // What savepoints would need to undo; in a file, that costs more than all else that an insert does.
  database.pragma("temp_store = MEMORY");
  database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  return database;
}

export function connectReader(path: string): Database.Database {
  return connect(path, { readonly: true }, READER_CACHE_KIB);
}

function connect(path: string, options: Database.Options, cacheKib: number): Database.Database {
  const database = new Database(path, { timeout: LOCK_TIMEOUT_MS, ...options });
  database.pragma("foreign_keys = ON");
  database.pragma(`cache_size = -${cacheKib}`);
  return database;
}

const STATEMENT_LIMIT = 500;

export interface Statements extends SqliteDatabase {
  prepare(sql: string): Database.Statement;
}

/** Kysely prepares each statement anew; remembering them doubles the speed of point reads. */
export function rememberStatements(database: Database.Database): Statements {
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

/** Runs what would otherwise stop the process while it waits for a lock of another one. */
export function withoutWaiting(database: Database.Database, run: () => void): void {
  database.pragma("busy_timeout = 0");
  try {
    run();
  } finally {
    database.pragma(`busy_timeout = ${LOCK_TIMEOUT_MS}`);
  }
}
