import type { UserFilter, UserFilterField } from "../directory/lists/filter.ts";
import type { User } from "../directory/users/user.ts";
import { foldEmail } from "../directory/values/email.ts";
import type { Resource } from "./fields.ts";
import { matches } from "./matches.ts";
import { parseFilter } from "./parse.ts";
import { placeNames } from "./places.ts";

/** Reads a filter of users. Undefined for a blank one, which lets everything pass. Throws FILTER_INVALID. */
export function parseUserFilter(text: string): UserFilter | undefined {
  return parseFilter(text, USERS);
}

/** The same, as what tells whether a user passes. */
export function parseUserPredicate(text: string): ((user: User) => boolean) | undefined {
  const filter = parseUserFilter(text);
  return filter && ((user) => userMatches(filter, user));
}

/** Whether the user passes: what the database answers for the same filter. */
export function userMatches(filter: UserFilter, user: User): boolean {
  return matches(filter, user, USERS);
}

const USERS: Resource<User, UserFilterField> = {
  fields: {
    account_id: { type: "text", read: (user) => user.accountId },
    id: { type: "text", read: (user) => user.id },
    external_id: { type: "text", read: (user) => user.externalId },
    email: { type: "text", read: (user) => user.email, fold: foldEmail },
    email_verify_time: { type: "time", read: (user) => user.emailVerifyTime },
    name: { type: "text", read: (user) => user.name },
    display_name: { type: "text", read: (user) => user.displayName },
    about: { type: "text", read: (user) => user.about },
    project: { type: "text", read: (user) => user.project },
    status: { type: "text", read: (user) => user.status, names: ["INVITED", "ACTIVE", "SUSPENDED"] },
    super_admin: { type: "boolean", read: (user) => user.superAdmin },
    create_time: { type: "time", read: (user) => user.createTime },
    update_time: { type: "time", read: (user) => user.updateTime },
    delete_time: { type: "time", read: (user) => user.deleteTime },
    version: { type: "number", read: (user) => user.version },
  },
  metadata: (user) => user.metadata,
};

/** What filters know, by names of the schema. */
export const USER_FILTER_NAMES: readonly string[] = placeNames(USERS);
