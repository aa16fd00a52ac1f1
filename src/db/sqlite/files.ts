import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Footprint } from "../../directory/store/survey.ts";

/** Throws if there is no such file, or none that can be read. */
export function assertReadable(path: string): void {
  assertNoFolder(path);
  accessSync(path, constants.R_OK);
}

/** Throws if the file is there and can't be written. */
export function assertWritable(path: string): void {
  assertNoFolder(path);
  if (existsSync(path)) {
    accessSync(path, constants.R_OK | constants.W_OK);
  }
}

/** Throws if nothing can be made in the folder of the file. */
export function assertFolderWritable(path: string): void {
  accessSync(dirname(path), constants.W_OK);
}

/**
 * Makes the folder and those above it, for their owner alone. Node's `recursive` never returns where a folder that exists refuses to
 * have others in it, as /proc does.
 */
export function makeFolder(path: string): void {
  if (isFolder(path)) {
    return;
  }
  const parent = dirname(path);
  if (parent !== path) {
    makeFolder(parent);
  }
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another server may have made it meanwhile.
    if (!isFolder(path)) throw error;
  }
}

/** Makes the file, empty and for its owner alone, if it is missing. What SQLite makes beside it gets the same mode. */
export function makeFile(path: string): void {
  if (!existsSync(path)) {
    closeSync(openSync(path, "a", 0o600));
  }
}

/** What the file and the write-ahead log take, and what is left for them. */
export async function sqliteFootprint(path: string): Promise<Footprint> {
  const log = stat(`${path}-wal`).then(
    ({ size }) => size,
    () => 0,
  );
  const [{ size }, logBytes, { bavail, bsize }] = await Promise.all([stat(path), log, statfs(dirname(path))]);
  return { databaseBytes: size, logBytes, freeBytes: bavail * bsize };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function assertNoFolder(path: string): void {
  if (isFolder(path)) {
    throw new Error(`${path} is a folder`);
  }
}
