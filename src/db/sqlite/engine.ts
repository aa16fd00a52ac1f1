import Database from "better-sqlite3";
import { type Dialect, Kysely } from "kysely";
import type { Outage } from "../../directory/errors.ts";
import { Meter } from "../../metrics/meter.ts";
import type { Tracer } from "../../tracing/span.ts";
import type { Engine } from "../engine.ts";
import { tracedBy } from "../query/traced-statements.ts";
import type { Schema } from "../schema.ts";
import { connectReader, connectWriter, LOCK_TIMEOUT_MS, withoutWaiting } from "./connection.ts";
import { sqliteDialect } from "./dialect.ts";
import { ReadDriver, WriteDriver, type WriteDriverOptions } from "./drivers.ts";
import { sqliteExamination } from "./examination.ts";
import { sqliteFootprint } from "./files.ts";
import { keepSqliteIndexes } from "./indexes.ts";
import { sqliteJson } from "./json.ts";
import { ScanThreadLost, scanDialect } from "./scan-dialect.ts";
import { sqliteWords } from "./words.ts";

interface SqliteOptions extends Omit<WriteDriverOptions, "lockWait"> {
  /** The file is not changed, nor made: whoever writes is refused. */
  readonly readOnly: boolean;
  readonly meter: Meter | undefined;
  readonly tracer: Tracer | undefined;
}

/** Opens the file, made if missing. */
export function openSqlite(
  path: string,
  {
    lockTimeoutMs = LOCK_TIMEOUT_MS,
    writeLease,
    meter = new Meter(),
    tracer,
    readOnly = false,
  }: Partial<SqliteOptions> = {},
): Engine {
  const lockWait = meter.histogram("roster_database_lock_wait_seconds");
  const write = readOnly ? connectReader(path) : connectWriter(path);
  const read = connectReader(path);
  const connect = (dialect: Dialect) => new Kysely<Schema>({ dialect, ...tracedBy(tracer, "sqlite") });
  const writer = connect(sqliteDialect(() => new WriteDriver(write, { lockTimeoutMs, writeLease, lockWait })));
  const reader = connect(sqliteDialect(() => new ReadDriver(read)));
  const scanner = connect(scanDialect(path));
  return {
    name: "sqlite",
    tracer,
    writer,
    reader,
    scanner,
    maintenance: writer,
    types: { text: "text", integer: "integer", bytes: "blob", absentFirst: "" },
    json: sqliteJson,
    words: sqliteWords,
    examination: sqliteExamination,
    keepIndexes: (prefix, wanted) => keepSqliteIndexes(writer, prefix, wanted),
    // The write lock is taken when the transaction begins.
    forUpdate: (query) => query,
    // For an insert of several, SQLite copies every page it touches, to be able to undo it.
    rowsPerInsert: [1],
    // There is one writer.
    writeQueueOf: () => "",
    // Writers wait for the lock before they read.
    isRetryable: () => false,
    outageOf,
    // Pages in the write-ahead log are as they were written: deleted rows stay in it until it begins anew.
    eraseDeletedRows: () =>
      writer.connection().execute(async () => {
        withoutWaiting(write, () => write.pragma("wal_checkpoint(TRUNCATE)"));
      }),
    footprint: () => sqliteFootprint(path),
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
