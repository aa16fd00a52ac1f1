import { setImmediate } from "node:timers/promises";
import { RosterError, taken } from "../errors.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import type { UserKeys } from "../store/users.ts";
import type { UserInput } from "./user.ts";
import type { Actor } from "./user-guards.ts";
import { createUser, upsertUser } from "./users.ts";

export type ImportMode = "CREATE_ONLY" | "UPSERT" | "SKIP_EXISTING";

/** A row that can be tried; `index` is its place in the request. */
export interface ImportRow {
  readonly index: number;
  readonly user: UserInput;
  readonly etag: string;
}

export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly failures: ReadonlyArray<{ readonly index: number; readonly error: RosterError }>;
}

/** Other calls run in between. */
const ROWS_AT_A_TIME = 50;

/**
 * Takes the rows one after the other: each lands, is skipped or fails on its own, and a later one sees the earlier ones.
 * A row that fails writes nothing. Throws only what concerns all rows.
 */
export async function importUsers(
  tx: AccountTransaction,
  actor: Actor,
  rows: readonly ImportRow[],
  mode: ImportMode,
): Promise<ImportResult> {
  const count = { created: 0, updated: 0, skipped: 0 };
  const failures: Array<{ index: number; error: RosterError }> = [];
  await tx.users.load(keysOf(rows));
  for (const [place, row] of rows.entries()) {
    if (place % ROWS_AT_A_TIME === ROWS_AT_A_TIME - 1) await setImmediate();
    try {
      count[await importUser(tx, actor, row, mode)] += 1;
    } catch (error) {
      if (!(error instanceof RosterError) || error.reason === "STORE_UNAVAILABLE") {
        throw error;
      }
      failures.push({ index: row.index, error });
    }
  }
  return { ...count, failures };
}

/** Each row is checked when its turn comes. Until then a key may be text that no database accepts. */
function keysOf(rows: readonly ImportRow[]): UserKeys {
  const keys = (of: (user: UserInput) => string | null | undefined) =>
    rows.flatMap(({ user }) => of(user) ?? []).filter((key) => !key.includes("\0"));
  return {
    ids: keys(({ id }) => id),
    externalIds: keys(({ externalId }) => externalId),
    emails: keys(({ email }) => email),
  };
}

async function importUser(
  tx: AccountTransaction,
  actor: Actor,
  { user, etag }: ImportRow,
  mode: ImportMode,
): Promise<"created" | "updated" | "skipped"> {
  if (mode === "SKIP_EXISTING" && (await exists(tx, user))) {
    return "skipped";
  }
  if (mode === "UPSERT" && (user.id !== undefined || user.externalId != null)) {
    return (await upsertUser(tx, actor, user, etag)).created ? "created" : "updated";
  }
  const { user: stored, created } = await createUser(tx, actor, user);
  if (!created) {
    throw taken("EXTERNAL_ID_TAKEN", stored.id);
  }
  return "created";
}

async function exists(tx: AccountTransaction, { id, externalId, email }: UserInput): Promise<boolean> {
  if (id !== undefined && (await tx.users.find(id)) !== undefined) {
    return true;
  }
  if (externalId != null) {
    return (await tx.users.findLive("externalId", [externalId])).length > 0;
  }
  return id === undefined && email != null && (await tx.users.findLive("email", [email])).length > 0;
}
