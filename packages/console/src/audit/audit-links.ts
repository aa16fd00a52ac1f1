import { type AuditEntry, AuditResource } from "../api/schema.ts";
import type { Params } from "../router/route.ts";

/** Where in the console something of an entry is shown. Undefined: nowhere any more, or nowhere at all. */
export type HrefOf = (path: readonly string[], params?: Params) => string;

export function resourceHref({ resource, resourceId, userId }: AuditEntry, href: HrefOf): string | undefined {
  if (resourceId === "") return undefined;
  if (resource === AuditResource.USER) return userHref(resourceId, href);
  if (resource === AuditResource.API_KEY) return href(["keys", resourceId]);
  if (resource === AuditResource.ACCOUNT) return href(["accounts", resourceId]);
  return resource === AuditResource.SESSION && isKnown(userId) ? href(["users", userId, "sessions"]) : undefined;
}

export function userHref(userId: string, href: HrefOf): string | undefined {
  return isKnown(userId) ? href(["users", userId]) : undefined;
}

/** Callers of other accounts are super admins. */
export function callerHref({ callerUserId, callerAccountId }: AuditEntry, href: HrefOf): string | undefined {
  if (!isKnown(callerUserId)) return undefined;
  return href(["users", callerUserId], callerAccountId === "" ? {} : { account: callerAccountId });
}

export function keyHref({ apiKeyId, callerAccountId }: AuditEntry, href: HrefOf): string | undefined {
  if (apiKeyId === "") return undefined;
  return href(["keys", apiKeyId], callerAccountId === "" ? {} : { account: callerAccountId });
}

/** A user that was purged has a pseudonym, with a space in it. */
function isKnown(userId: string): boolean {
  return userId !== "" && !userId.includes(" ");
}
