import { setTimeout } from "node:timers/promises";
import Database from "better-sqlite3";
import { type DatabaseConnection, SqliteDriver } from "kysely";
import type { WriteLease } from "../../directory/store/write-lease.ts";
import type { Histogram } from "../../metrics/instruments.ts";
import { rememberStatements, withoutWaiting } from "./connection.ts";

const LOCK_RETRY_MS = 3;

class TransactionDriver extends SqliteDriver {
  protected readonly database: Database.Database;

  constructor(database: Database.Database) {
    super({ database: rememberStatements(database) });
    this.database = database;
  }

  // SQLite has rolled back by itself after a full disk or a failed write.
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.database.inTransaction) {
      await super.rollbackTransaction(connection);
    }
  }
}

/** For a connection that only reads. Its transactions need no lock. */
export class ReadDriver extends TransactionDriver {
  readonly #begin: Database.Statement;

  constructor(database: Database.Database) {
    super(database);
    this.#begin = database.prepare("begin");
  }

  override async beginTransaction(): Promise<void> {
    this.#begin.run();
  }
}

export interface WriteDriverOptions {
  /** How long a transaction waits for a lock that another process holds. */
  readonly lockTimeoutMs: number;
  /** Acquired before the lock: processes that pass it on need hardly wait for the lock. */
  readonly writeLease: WriteLease | undefined;
  /** Of the seconds that transactions wait for the lease and the lock. */
  readonly lockWait: Histogram;
}

/** For the connection that writes. A transaction begins with the lock, so it never waits for one, or fails, after it has read. */
export class WriteDriver extends TransactionDriver {
  readonly #begin: Database.Statement;
  readonly #lockTimeoutMs: number;
  readonly #writeLease: WriteLease | undefined;
  readonly #lockWait: Histogram;
  #releaseLease: (() => void) | undefined;

  constructor(database: Database.Database, { lockTimeoutMs, writeLease, lockWait }: WriteDriverOptions) {
    super(database);
    this.#begin = database.prepare("begin immediate");
    this.#lockTimeoutMs = lockTimeoutMs;
    this.#writeLease = writeLease;
    this.#lockWait = lockWait;
  }

  override async beginTransaction(): Promise<void> {
    const start = performance.now();
    this.#releaseLease = await this.#writeLease?.acquire();
    try {
      await this.#beginWithLock();
    } catch (error) {
      this.#releaseLease?.();
      throw error;
    } finally {
      this.#lockWait.observe((performance.now() - start) / 1000);
    }
  }

  override async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await super.commitTransaction(connection);
    this.#releaseLease?.();
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } finally {
      this.#releaseLease?.();
    }
  }

  async #beginWithLock(): Promise<void> {
    const end = performance.now() + this.#lockTimeoutMs;
    for (;;) {
      const isLast = performance.now() > end;
      try {
        return withoutWaiting(this.database, () => void this.#begin.run());
      } catch (error) {
        if (isLast || !isBusy(error)) {
          throw error;
        }
      }
      await setTimeout(LOCK_RETRY_MS);
    }
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code.startsWith("SQLITE_BUSY");
}
