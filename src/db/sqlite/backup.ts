import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { backupUnwritable, DatabaseProblem, databaseUnusable } from "../problem.ts";
import { assertReadable, makeFile } from "./files.ts";

/**
 * Writes what the database holds at this moment to a new file. Servers may go on reading and writing meanwhile. The copy is
 * checked, and on the disk under its name only when it is whole. Throws a DatabaseProblem, also if the file exists.
 */
export function backUpSqlite(path: string, file: string): void {
  if (existsSync(file)) {
    throw new DatabaseProblem(`${file} exists; a backup never overwrites`);
  }
  const draft = `${file}.${process.pid}.part`;
  const source = openToRead(path);
  try {
    makeFile(draft);
    source.prepare("vacuum into ?").run(draft);
    assertSound(draft);
    sync(draft);
    linkSync(draft, file);
    sync(dirname(file));
  } catch (error) {
    throw error instanceof DatabaseProblem ? error : backupUnwritable(file, error);
  } finally {
    source.close();
    rmSync(draft, { force: true });
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

function assertSound(draft: string): void {
  const copy = new Database(draft, { readonly: true });
  const problem = copy.pragma("quick_check", { simple: true });
  copy.close();
  if (problem !== "ok") {
    throw new DatabaseProblem(`the database is damaged: ${String(problem)}`);
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
