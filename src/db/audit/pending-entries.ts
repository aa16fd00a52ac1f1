import type { Engine } from "../engine.ts";
import type { Transaction } from "../query/queryable.ts";
import { type AuditRow, insertAuditRows } from "./audit-row.ts";

/**
 * Entries that the writes of a group have not inserted yet: at its end, all go in together. Their sequences are taken already. Whoever
 * changes or deletes entries in the middle flushes them before.
 */
export class PendingEntries {
  readonly #db: Transaction;
  readonly #rowsPerInsert: Engine["rowsPerInsert"];
  #rows: AuditRow[] = [];

  constructor(db: Transaction, rowsPerInsert: Engine["rowsPerInsert"]) {
    this.#db = db;
    this.#rowsPerInsert = rowsPerInsert;
  }

  add(rows: readonly AuditRow[]): void {
    for (const row of rows) this.#rows.push(row);
  }

  async flush(): Promise<void> {
    const rows = this.#rows;
    if (rows.length > 0) {
      this.#rows = [];
      await insertAuditRows(this.#db, rows, this.#rowsPerInsert);
    }
  }
}
