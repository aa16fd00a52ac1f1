// A thread that reads a SQLite file for `scan-dialect.ts`: what it is asked, one after the other.
import { parentPort, workerData } from "node:worker_threads";
import Database from "better-sqlite3";
import { connectReader, rememberStatements } from "./connection.ts";

/** A query, which gets an answer, or the begin or the end of a snapshot, which get none. */
export type ScanRequest = ScanQuery | "begin" | "end";
export type ScanQuery = { readonly sql: string; readonly parameters: readonly unknown[] };

/** Rows are values in the order of the columns. An error of SQLite comes with its code; of anything else the thread dies. */
export type ScanAnswer =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | { readonly error: { readonly message: string; readonly code: string } };

const database = connectReader(workerData);
const statements = rememberStatements(database);

parentPort?.on("message", (request: ScanRequest) => {
  if (request === "begin") {
    database.exec("begin");
  } else if (request === "end") {
    // An error may have ended it.
    if (database.inTransaction) database.exec("commit");
  } else {
    parentPort?.postMessage(answer(request));
  }
});

function answer({ sql, parameters }: ScanQuery): ScanAnswer {
  try {
    const statement = statements.prepare(sql).raw();
    return { columns: statement.columns().map(({ name }) => name), rows: statement.all(parameters) as unknown[][] };
  } catch (error) {
    if (error instanceof Database.SqliteError) {
      return { error: { message: error.message, code: error.code } };
    }
    throw error;
  }
}
