import { type User, UserStatus } from "../api/schema.ts";

/** What a user is called where there is room for one name. */
export function nameOf({ displayName, name, email, externalId, id }: User): string {
  return displayName || name || email || externalId || id;
}

export const STATUS_NAMES = {
  [UserStatus.UNSPECIFIED]: "Unknown",
  [UserStatus.INVITED]: "Invited",
  [UserStatus.ACTIVE]: "Active",
  [UserStatus.SUSPENDED]: "Suspended",
} as const satisfies Record<UserStatus, string>;
