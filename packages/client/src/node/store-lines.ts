import type { FileHandle } from "node:fs/promises";
import type { ReplicaState, StoredChange } from "../replica/store.ts";

/** A change, or with no token the first part of one: large ones have several lines. */
interface Line {
  readonly put: ReadonlyArray<readonly [id: string, base64: string]>;
  readonly remove: readonly string[];
  readonly changeToken?: string;
  readonly asOf?: number;
}

const FORMAT = 1;
const USERS_PER_LINE = 500;

/** The first line of a file. */
export function headOf(scope: string): string {
  return `${JSON.stringify({ format: FORMAT, scope })}\n`;
}

/** The lines of a change, and how many users each has. */
export function* linesOf({ put, remove, changeToken, asOf }: StoredChange): Generator<{ text: string; rows: number }> {
  let part: Array<[string, string]> = [];
  for (const [id, user] of put) {
    part.push([id, Buffer.from(user).toString("base64")]);
    if (part.length === USERS_PER_LINE) {
      yield lineOf({ put: part, remove: [] });
      part = [];
    }
  }
  yield lineOf({ put: part, remove, changeToken, asOf });
}

function lineOf(line: Line): { text: string; rows: number } {
  return { text: `${JSON.stringify(line)}\n`, rows: line.put.length + line.remove.length };
}

export interface Found extends ReplicaState {
  readonly users: ReadonlyMap<string, Uint8Array>;
  /** Where the last whole change ends. */
  readonly end: number;
}

/** What the changes of a file amount to. Undefined if it does not begin with this head, or has no whole change. */
export async function readLines(file: FileHandle, head: string): Promise<Found | undefined> {
  const users = new Map<string, Uint8Array>();
  let found: Found | undefined;
  const { size } = await file.stat();
  let pending: Line[] = [];
  let end = 0;
  for await (const text of file.readLines({ autoClose: false, start: 0 })) {
    if (end === 0 && `${text}\n` !== head) return undefined;
    end += Buffer.byteLength(text) + 1;
    if (end === Buffer.byteLength(head)) continue;
    const line = end > size ? undefined : parse(text);
    if (line === undefined) break;
    pending.push(line);
    if (line.changeToken === undefined) continue;
    for (const { put, remove } of pending) {
      for (const [id, base64] of put) users.set(id, Buffer.from(base64, "base64"));
      for (const id of remove) users.delete(id);
    }
    pending = [];
    found = { users, changeToken: line.changeToken, asOf: line.asOf ?? 0, end };
  }
  return found;
}

function parse(text: string): Line | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
