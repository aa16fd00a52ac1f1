import { etagMismatch, permissionDenied, RosterError, taken } from "../errors.ts";
import type { Caller } from "../keys/api-key.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import { findByExternalId } from "./find-user.ts";
import { type User, type UserValues, userEtag } from "./user.ts";

/** The part of the caller that the rules about users ask for. */
export type Actor = Pick<Caller, "superAdmin" | "role">;

/** `ownId` may have the keys. Throws EXTERNAL_ID_TAKEN, EMAIL_TAKEN. */
export async function assertKeysFree(tx: AccountTransaction, values: UserValues, ownId?: string): Promise<void> {
  const externalIdHolder = await findByExternalId(tx, values.externalId);
  if (externalIdHolder !== undefined && externalIdHolder.id !== ownId) {
    throw taken("EXTERNAL_ID_TAKEN", externalIdHolder.id);
  }
  if (values.email === null) {
    return;
  }
  const [emailHolder] = await tx.users.findLive("email", [values.email]);
  if (emailHolder !== undefined && emailHolder.id !== ownId) {
    throw taken("EMAIL_TAKEN", emailHolder.id);
  }
}

/** An empty etag is none. Throws ETAG_MISMATCH. */
export function assertUserEtag(user: User, etag: string): void {
  if (etag !== "" && etag !== userEtag(user)) {
    throw etagMismatch("User", userEtag(user));
  }
}

/** Whoever could change the e-mail of a super admin, or delete one, could take that user's place. Throws PERMISSION_DENIED. */
export function assertMayChange(actor: Actor, user: User): void {
  if (user.superAdmin && !actor.superAdmin) {
    throw permissionDenied("only a super admin changes a super admin");
  }
}

/** Throws PERMISSION_DENIED. */
export function assertMaySetSuperAdmin(actor: Actor, before: boolean, after: boolean | undefined): void {
  if (after !== undefined && after !== before && !actor.superAdmin) {
    throw permissionDenied("only a super admin sets super_admin");
  }
}

/** Throws LAST_SUPER_ADMIN if nobody would be left to act on all accounts. */
export async function assertNotLastSuperAdmin(tx: AccountTransaction, user: User): Promise<void> {
  const counts = user.superAdmin && user.status === "ACTIVE" && user.deleteTime === null;
  if (counts && (await tx.countActiveSuperAdmins()) === 1) {
    throw new RosterError("LAST_SUPER_ADMIN", "the last active super admin can't be demoted, suspended or deleted");
  }
}
