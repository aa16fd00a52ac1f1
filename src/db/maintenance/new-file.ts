import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseProblem, fileUnwritable } from "../problem.ts";
import { makeFile } from "../sqlite/files.ts";

/** What SQLite may have beside a database. */
const COMPANIONS = ["-wal", "-shm", "-journal"];

/**
 * Makes a SQLite file that must not exist. `fill` writes a draft beside it; the file is there under its name only when it is whole and on
 * the disk. Throws a DatabaseProblem.
 */
export async function makeNewFile<T>(file: string, fill: (draft: string) => Promise<T>): Promise<T> {
  assertNothingAt(file);
  const draft = `${file}.${process.pid}.part`;
  try {
    makeFile(draft);
    const filled = await fill(draft);
    sync(draft);
    linkSync(draft, file);
    sync(dirname(file));
    return filled;
  } catch (error) {
    throw error instanceof DatabaseProblem ? error : fileUnwritable(file, error);
  } finally {
    for (const path of [draft, ...companionsOf(draft)]) rmSync(path, { force: true });
  }
}

/** A log beside a file that is gone would be taken for that of the new one. */
export function assertNothingAt(file: string): void {
  const found = [file, ...companionsOf(file)].find((path) => existsSync(path));
  if (found !== undefined) {
    throw new DatabaseProblem(`${found} exists; nothing is ever overwritten: move it away, or name another file`);
  }
}

function companionsOf(file: string): string[] {
  return COMPANIONS.map((suffix) => `${file}${suffix}`);
}

function sync(path: string): void {
  const descriptor = openSync(path, "r");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
