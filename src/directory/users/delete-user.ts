import { RosterError } from "../errors.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import type { Erased } from "../store/users.ts";
import { findLiveUser, getLiveUser, getUser } from "./find-user.ts";
import type { User } from "./user.ts";
import { type Actor, assertKeysFree, assertMayChange, assertNotLastSuperAdmin, assertUserEtag } from "./user-guards.ts";

/**
 * Deletes a live user softly; its keys are revoked for good. Throws USER_NOT_FOUND, ETAG_MISMATCH, LAST_SUPER_ADMIN. With `allowMissing`
 * a user that is not there is no error: undefined.
 */
export async function deleteUser(
  tx: AccountTransaction,
  actor: Actor,
  id: string,
  { etag, allowMissing = false }: { readonly etag: string; readonly allowMissing?: boolean },
): Promise<User | undefined> {
  const before = allowMissing ? await findLiveUser(tx, id) : await getLiveUser(tx, id);
  if (before === undefined) {
    return undefined;
  }
  assertMayChange(actor, before);
  assertUserEtag(before, etag);
  await assertNotLastSuperAdmin(tx, before);
  const now = tx.now();
  tx.sessions.endOpenLater(id, now);
  tx.apiKeys.revokeAllLater(id, now);
  return tx.users.update(before, { ...before, updateTime: now, deleteTime: now });
}

/** Brings a deleted user back. Throws USER_NOT_FOUND, ETAG_MISMATCH, USER_NOT_DELETED, EMAIL_TAKEN, EXTERNAL_ID_TAKEN. */
export async function undeleteUser(tx: AccountTransaction, actor: Actor, id: string, etag: string): Promise<User> {
  const before = await getUser(tx, id);
  assertMayChange(actor, before);
  assertUserEtag(before, etag);
  if (before.deleteTime === null) {
    throw new RosterError("USER_NOT_DELETED", "the user is not deleted");
  }
  await assertKeysFree(tx, before, before.id);
  const now = tx.now();
  // Earlier versions left the keys of a deleted user as they were.
  tx.apiKeys.revokeAllLater(id, now);
  return tx.users.update(before, { ...before, updateTime: now, deleteTime: null });
}

/** Erases a user, live or deleted, for good. Throws USER_NOT_FOUND, ETAG_MISMATCH, LAST_SUPER_ADMIN. */
export async function purgeUser(tx: AccountTransaction, actor: Actor, id: string, etag: string): Promise<Erased> {
  const user = await getUser(tx, id);
  await assertMayPurge(tx, actor, user, etag);
  return tx.users.purge(user);
}

/** Throws PERMISSION_DENIED, ETAG_MISMATCH, LAST_SUPER_ADMIN. */
export async function assertMayPurge(tx: AccountTransaction, actor: Actor, user: User, etag: string): Promise<void> {
  assertMayChange(actor, user);
  assertUserEtag(user, etag);
  await assertNotLastSuperAdmin(tx, user);
}
