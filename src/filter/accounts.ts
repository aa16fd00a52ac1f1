import type { Account } from "../directory/accounts/account.ts";
import type { AccountFilter, AccountFilterField } from "../directory/lists/filter.ts";
import type { Resource } from "./fields.ts";
import { matches } from "./matches.ts";
import { parseFilter } from "./parse.ts";
import { placeNames } from "./places.ts";

/** Reads a filter of accounts. Undefined for a blank one, which lets everything pass. Throws FILTER_INVALID. */
export function parseAccountFilter(text: string): AccountFilter | undefined {
  return parseFilter(text, ACCOUNTS);
}

/** Whether the account passes: what the database answers for the same filter. */
export function accountMatches(filter: AccountFilter, account: Account): boolean {
  return matches(filter, account, ACCOUNTS);
}

const ACCOUNTS: Resource<Account, AccountFilterField> = {
  fields: {
    id: { type: "text", read: (account) => account.id },
    name: { type: "text", read: (account) => account.name },
    slug: { type: "text", read: (account) => account.slug },
    status: { type: "text", read: (account) => account.status, names: ["ACTIVE", "SUSPENDED"] },
    create_time: { type: "time", read: (account) => account.createTime },
    update_time: { type: "time", read: (account) => account.updateTime },
    revision: { type: "number", read: (account) => account.revision },
  },
  metadata: (account) => account.metadata,
};

/** What filters know, by names of the schema. */
export const ACCOUNT_FILTER_NAMES: readonly string[] = placeNames(ACCOUNTS);
