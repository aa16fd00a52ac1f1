import { ALL_ACCOUNTS } from "../../directory/accounts/account.ts";
import { invalidField, permissionDenied } from "../../directory/errors.ts";
import { type Caller, includesRole } from "../../directory/keys/api-key.ts";
import type { Permission } from "./permissions.ts";

/**
 * The account that the request is about, if the caller may do this there. Throws PERMISSION_DENIED: the same for an account
 * that the caller may not see and for one that does not exist.
 */
export function authorise(caller: Caller, permission: Permission, request: object): string {
  if (!includesRole(caller.role, permission.role)) {
    throw permissionDenied(`this takes the role ${permission.role}; the caller's is ${caller.role}`);
  }
  if (permission.superAdmin && !caller.superAdmin) {
    throw permissionDenied("this takes a super admin");
  }
  const accountId = textOf(request, "accountId") || caller.accountId;
  const named = resourcesOf(request).map(({ field, id }) => ({ field, id: id || accountId }));
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

/** The accounts that resources in the request name beside it. A new account names none. */
function resourcesOf(request: object): ReadonlyArray<{ readonly field: string; readonly id: string }> {
  const owned = (field: string, resource: unknown) => ({ field: `${field}.account_id`, id: textOf(resource, "accountId") });
  if ("users" in request && Array.isArray(request.users)) {
    return request.users.map((user: unknown, index) => owned(`users[${index}]`, user));
  }
  return [
    ...("user" in request ? [owned("user", request.user)] : []),
    ...("session" in request ? [owned("session", request.session)] : []),
    ...("account" in request && "accountId" in request ? [{ field: "account.id", id: textOf(request.account, "id") }] : []),
  ];
}

function textOf(message: unknown, field: string): string {
  const value: unknown = typeof message === "object" && message !== null ? Reflect.get(message, field) : undefined;
  return typeof value === "string" ? value : "";
}
