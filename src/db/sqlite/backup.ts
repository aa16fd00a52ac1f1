import Database from "better-sqlite3";
import { DatabaseProblem, databaseUnusable } from "../problem.ts";
import { assertReadable } from "./files.ts";

/** Writes what the database holds at this moment to a file that is empty. Servers may go on reading and writing meanwhile. */
export function copyMoment(path: string, file: string): void {
  const source = openToRead(path);
  try {
    source.prepare("vacuum into ?").run(file);
  } finally {
    source.close();
  }
}

/** Makes one file of a copy, that can be read where nothing can be written. */
export function withoutLog(file: string): void {
  const copy = new Database(file);
  copy.pragma("journal_mode = delete");
  copy.close();
}

/** Throws a DatabaseProblem if pages or rows of the file are damaged. */
export function assertSound(file: string): void {
  const copy = new Database(file, { readonly: true });
  const problem = copy.pragma("quick_check", { simple: true });
  copy.close();
  if (problem !== "ok") {
    throw new DatabaseProblem(`the database is damaged: ${String(problem)}`);
  }
}

/** Reads a first page, so that what is no database is not taken for a copy that can't be written. */
function openToRead(path: string): Database.Database {
  try {
    assertReadable(path);
    const database = new Database(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
    database.pragma("schema_version");
    return database;
  } catch (error) {
    throw databaseUnusable(path, error);
  }
}
