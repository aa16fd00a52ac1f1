import { type FileHandle, open, rename } from "node:fs/promises";
import type { ReplicaState, ReplicaStore, StoredChange } from "../replica/store.ts";
import { headOf, linesOf, readLines } from "./store-lines.ts";

/** So many changes behind the users, and more than there are users, are reason to write the file anew. */
const MANY_CHANGES = 10_000;

/** Keeps a replica in a file, for one process at a time. */
export function fileStore(path: string): ReplicaStore {
  return new FileStore(path);
}

class FileStore implements ReplicaStore {
  readonly #path: string;
  #scope = "";
  #file: FileHandle | undefined;
  #users = 0;
  #changes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async load(scope: string): Promise<ReplicaState | undefined> {
    await this.close();
    const file = await open(this.#path, "r+").catch(undefinedIfMissing);
    if (file === undefined) return undefined;
    const found = await readLines(file, headOf(scope));
    if (found === undefined) {
      await file.close();
      return undefined;
    }
    // What follows was cut off; the next change must not stand behind it.
    await file.truncate(found.end);
    this.#opened(await appending(file, this.#path), scope, found.users.size);
    return found;
  }

  async replace(scope: string, { users, changeToken, asOf }: ReplicaState): Promise<void> {
    await this.close();
    const path = `${this.#path}.new`;
    const file = await open(path, "w");
    let count = 0;
    try {
      await file.appendFile(headOf(scope));
      for (const { text, rows } of linesOf({ put: users, remove: [], changeToken, asOf })) {
        await file.appendFile(text);
        count += rows;
      }
      await file.sync();
      await rename(path, this.#path);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#opened(file, scope, count);
  }

  async change(change: StoredChange): Promise<void> {
    for (const { text, rows } of linesOf(change)) {
      await this.#file?.appendFile(text);
      this.#changes += rows;
    }
    if (this.#changes > Math.max(MANY_CHANGES, this.#users)) {
      const state = await this.load(this.#scope);
      if (state !== undefined) await this.replace(this.#scope, state);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  #opened(file: FileHandle, scope: string, users: number): void {
    this.#file = file;
    this.#scope = scope;
    this.#users = users;
    this.#changes = 0;
  }
}

/** A handle that has read stands at the end of what it has read. */
async function appending(file: FileHandle, path: string): Promise<FileHandle> {
  await file.close();
  return open(path, "a");
}

function undefinedIfMissing(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}
