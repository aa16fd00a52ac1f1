import { taken } from "../errors.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import { loadKeys, type Row, type RowFailure, takeRows } from "./rows.ts";
import type { UserInput } from "./user.ts";
import type { Actor } from "./user-guards.ts";
import { createUser, upsertUser } from "./users.ts";

export type ImportMode = "CREATE_ONLY" | "UPSERT" | "SKIP_EXISTING";

/** A row that can be tried. */
export interface ImportRow extends Row {
  readonly user: UserInput;
  readonly etag: string;
}

export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly failures: readonly RowFailure[];
}

/** Takes the rows as `takeRows` does: each lands, is skipped or fails on its own. */
export async function importUsers(
  tx: AccountTransaction,
  actor: Actor,
  rows: readonly ImportRow[],
  mode: ImportMode,
): Promise<ImportResult> {
  await loadKeys(tx, {
    ids: rows.map(({ user }) => user.id),
    externalIds: rows.map(({ user }) => user.externalId),
    emails: rows.map(({ user }) => user.email),
  });
  const count = { created: 0, updated: 0, skipped: 0 };
  const { landed, failures } = await takeRows(rows, (row) => importUser(tx, actor, row, mode));
  for (const { result } of landed) count[result] += 1;
  return { ...count, failures };
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
