// A thread that reads a SQLite file for `sqlite-scans.ts`: what it is asked, one after the other.
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";
import { connectReader, rememberStatements } from "./sqlite-connection.ts";

/** A query, or the begin or the end of a snapshot. */
export type ScanRequest = "begin" | "end" | { readonly sql: string; readonly parameters: readonly unknown[] };

/** Rows are values in the order of the columns. An error of SQLite comes with its code; of anything else the thread dies. */
export type ScanAnswer =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | { readonly error: { readonly message: string; readonly code: string } };

const database = connectReader(workerData);
const statements = rememberStatements(database);

parentPort?.on("message", (request: ScanRequest) => parentPort?.postMessage(answer(request)));

function answer(request: ScanRequest): ScanAnswer {
  try {
    return run(request);
  } catch (error) {
    if (error instanceof Database.SqliteError) {
      return { error: { message: error.message, code: error.code } };
    }
    throw error;
  }
}

function run(request: ScanRequest): ScanAnswer {
  if (request === "begin") {
    database.exec("begin");
  } else if (request === "end") {
    // The one that began it may have died.
    if (database.inTransaction) database.exec("commit");
  } else {
    const statement = statements.prepare(request.sql).raw();
    return { columns: statement.columns().map(({ name }) => name), rows: statement.all(request.parameters) as unknown[][] };
  }
  return { columns: [], rows: [] };
}
