import type { ApiKeyBook } from "../ledger/api-key-book.ts";
import type { SessionBook } from "../ledger/session-book.ts";
import type { UserRecord } from "../ledger/user-record.ts";
import type { Caller } from "./caller.ts";
import type { MethodName } from "./methods.ts";

/** What a caller works on. Nobody else writes it. */
export interface Desk {
  readonly caller: Caller;
  readonly users: readonly UserRecord[];
  readonly sessions: SessionBook;
  readonly keys: ApiKeyBook;
}

/** Something that callers do. */
export interface Work {
  readonly methods: readonly MethodName[];
  /** How often, beside others. */
  readonly weight: number;
  do(desk: Desk): Promise<void>;
}

/** A user of the desk, at random, of whom this is true. None if it is true of none of some. */
export function pickUser({ caller, users }: Desk, suits: (record: UserRecord) => boolean): UserRecord | undefined {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const record = users[caller.random.below(users.length)];
    if (record !== undefined && record.doubt === undefined && suits(record)) return record;
  }
  return undefined;
}

const TRIES = 12;

/** Up to so many users of the desk of whom this is true, each once. */
export function pickUsers(desk: Desk, count: number, suits: (record: UserRecord) => boolean): UserRecord[] {
  const picked = Array.from({ length: count }, () => pickUser(desk, suits));
  return [...new Set(picked)].filter((record) => record !== undefined);
}
