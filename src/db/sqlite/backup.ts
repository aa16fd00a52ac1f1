import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import Database from "better-sqlite3";
import { DatabaseProblem } from "../problem.ts";

/**
 * Writes what the database holds at this moment to a new file. Servers may go on reading and writing meanwhile. The copy is
 * checked, and on the disk under its name only when it is whole. Throws if the file exists.
 */
export function backUpSqlite(path: string, file: string): void {
  if (existsSync(file)) {
    throw new DatabaseProblem(`${file} exists; a backup never overwrites`);
  }
  const draft = `${file}.${process.pid}.part`;
  try {
    writeCopy(path, draft);
    sync(draft);
    linkSync(draft, file);
    sync(dirname(file));
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeCopy(path: string, draft: string): void {
  const source = new Database(path, { readonly: true, fileMustExist: true, timeout: 10_000 });
  try {
    source.prepare("vacuum into ?").run(draft);
  } finally {
    source.close();
  }
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
