import Database from "better-sqlite3";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";

/** SQLite's own opinion of the file. */
export function checkSqliteFile(url: string): void {
  const database = new Database(url.slice("sqlite:".length), { readonly: true });
  try {
    const verdict = database.pragma("integrity_check", { simple: true });
    const orphans = database.pragma("foreign_key_check");
    if (verdict !== "ok" || !Array.isArray(orphans) || orphans.length > 0) {
      throw new BrokenPromise(PROMISES.invariants, `integrity_check: ${verdict}; orphans: ${JSON.stringify(orphans)}`);
    }
  } finally {
    database.close();
  }
}
