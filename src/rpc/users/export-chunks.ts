import { setImmediate } from "node:timers/promises";
import type { Store } from "../../directory/store/store.ts";
import type { EncodedUser } from "../../directory/store/users.ts";
import { type ExportPage, type ExportPosition, readExportPage } from "../../directory/users/export.ts";
import type { User } from "../../directory/users/user.ts";
import { MAX_MESSAGE_BYTES, memberBytes } from "../wire/message-size.ts";

export const MAX_CHUNK_SIZE = 5000;
/** With a filter that few users pass, a chunk ends after this many pages even if it is not full: a broken stream resumes there. */
const MAX_FILTERED_PAGES = 40;

/** What one message of an export has. */
export interface Chunk {
  readonly users: readonly EncodedUser[];
  readonly revision: number;
  /** After these users. */
  readonly position: ExportPosition;
  /** Nothing of this account comes after. */
  readonly done: boolean;
}

export interface ChunkOptions {
  readonly showDeleted: boolean;
  readonly passes: ((user: User) => boolean) | undefined;
  /** The most users in one chunk. */
  readonly chunkSize: number;
  /** As `ExportOptions` have it. */
  readonly minRevision: number | undefined;
}

/** Cuts what is left of one account into chunks. Reads the next one only when the one before it has been taken. */
export async function* readChunks(
  store: Store,
  start: ExportPosition,
  options: ChunkOptions,
): AsyncGenerator<Chunk, void, undefined> {
  let position = start;
  let backlog: Backlog = { users: [], readTo: start, allRead: false };
  for (let done = false; !done; ) {
    const { users, readTo, allRead } = await readOn(store, backlog, options);
    const count = Math.min(countFitting(users), options.chunkSize);
    const [taken, rest] = [users.slice(0, count), users.slice(count)];
    const after = rest.length === 0 ? readTo.after : (taken.at(-1)?.id ?? position.after);
    position = { ...readTo, after, count: position.count + count };
    done = allRead && rest.length === 0;
    yield { users: taken.map(({ encoded }) => encoded), revision: position.revision ?? 0, position, done };
    backlog = { users: rest, readTo, allRead };
  }
}

/** What has been read and is in no chunk yet. */
interface Backlog {
  readonly users: ExportPage["users"];
  /** How far the account has been read. */
  readonly readTo: ExportPosition;
  readonly allRead: boolean;
}

/** Reads pages until they fill a chunk, until there are no more, or until enough of them had nothing. */
async function readOn(store: Store, backlog: Backlog, options: ChunkOptions): Promise<Backlog> {
  const { passes, chunkSize } = options;
  const maxPages = passes === undefined ? Number.POSITIVE_INFINITY : MAX_FILTERED_PAGES;
  const users = [...backlog.users];
  let { readTo, allRead } = backlog;
  for (let pages = 0; !allRead && pages < maxPages && hasRoom(users, chunkSize); pages += 1) {
    const limit = passes === undefined ? chunkSize - users.length : MAX_CHUNK_SIZE;
    const page = await readExportPage(store, readTo, { ...options, limit });
    users.push(...page.users);
    readTo = { ...readTo, revision: page.revision, after: page.after };
    allRead = page.done;
    // Reading a page blocks the event loop: let other calls run in between.
    await setImmediate();
  }
  return { users, readTo, allRead };
}

/** Whether another user may go into the same chunk. */
function hasRoom(users: ExportPage["users"], chunkSize: number): boolean {
  const bytes = users.reduce((sum, { encoded }) => sum + memberBytes(encoded), 0);
  return users.length < chunkSize && bytes < MAX_MESSAGE_BYTES;
}

/** How many of the users fit into one message; at least one, if there is one. */
function countFitting(users: ExportPage["users"]): number {
  let bytes = 0;
  for (const [index, user] of users.entries()) {
    bytes += memberBytes(user.encoded);
    if (bytes > MAX_MESSAGE_BYTES) {
      return Math.max(index, 1);
    }
  }
  return users.length;
}
