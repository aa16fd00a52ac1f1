import type { Message } from "@bufbuild/protobuf";
import { ALL_ACCOUNTS } from "../../directory/accounts/account.ts";
import { invalidField, permissionDenied } from "../../directory/errors.ts";
import { type Caller, includesRole } from "../../directory/keys/api-key.ts";
import { ownUserOnly } from "../../directory/keys/own-user.ts";
import type { Permission } from "./permission.ts";

/**
 * The account that the request is about, if the caller may do this there. Throws PERMISSION_DENIED: the same for an account
 * that the caller may not see and for one that does not exist.
 */
export function authorise(caller: Caller, permission: Permission, request: Message): string {
  if (caller.role === "SELF") {
    return authoriseSelf(caller, permission, request);
  }
  if (!includesRole(caller.role, permission.role)) {
    throw permissionDenied(`this takes the role ${permission.role}; the caller's is ${caller.role}`);
  }
  if (permission.superAdmin && !caller.superAdmin) {
    throw permissionDenied("this takes a super admin");
  }
  const accountId = permission.accountOf(request) || caller.accountId;
  const named = permission.resourcesOf(request).map(({ field, id }) => ({ field, id: id || accountId }));
  if (!caller.superAdmin && [accountId, ...named.map(({ id }) => id)].some((id) => id !== caller.accountId)) {
    throw permissionDenied("only a super admin acts on another account");
  }
  if (accountId === ALL_ACCOUNTS && !permission.allAccounts) {
    throw invalidField("account_id", "must be one account here, not all");
  }
  const other = named.find(({ id }) => id !== accountId);
  if (other !== undefined) {
    throw invalidField(other.field, "differs from account_id");
  }
  return accountId;
}

/** Whether the caller may make such calls at all. */
export function isGranted(permission: Permission, { role, superAdmin }: Pick<Caller, "role" | "superAdmin">): boolean {
  return role === "SELF"
    ? permission.bindOwnUser !== undefined
    : includesRole(role, permission.role) && (superAdmin || !permission.superAdmin);
}

/** The caller's own account, if the request is about its own user. Says the same about everything else. */
function authoriseSelf({ accountId, user }: Caller, permission: Permission, request: Message): string {
  const named = [permission.accountOf(request), ...permission.resourcesOf(request).map(({ id }) => id)];
  const isElsewhere = named.some((id) => id !== "" && id !== accountId);
  if (isElsewhere || !permission.bindOwnUser?.(request, user)) {
    throw ownUserOnly();
  }
  return accountId;
}
