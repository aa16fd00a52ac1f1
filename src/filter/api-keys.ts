import { type ApiKey, ROLES } from "../directory/keys/api-key.ts";
import type { ApiKeyFilter, ApiKeyFilterField } from "../directory/lists/filter.ts";
import type { Resource } from "./fields.ts";
import { matches } from "./matches.ts";
import { parseFilter } from "./parse.ts";
import { placeNames } from "./places.ts";

/** Reads a filter of keys. Undefined for a blank one, which lets everything pass. Throws FILTER_INVALID. */
export function parseApiKeyFilter(text: string): ApiKeyFilter | undefined {
  return parseFilter(text, API_KEYS);
}

/** Whether the key passes: what the database answers for the same filter. */
export function apiKeyMatches(filter: ApiKeyFilter, key: ApiKey): boolean {
  return matches(filter, key, API_KEYS);
}

/** Nothing of a secret: whoever could compare with a digest could guess it. */
const API_KEYS: Resource<ApiKey, ApiKeyFilterField> = {
  fields: {
    account_id: { type: "text", read: (key) => key.accountId },
    id: { type: "text", read: (key) => key.id },
    display_name: { type: "text", read: (key) => key.displayName },
    user_id: { type: "text", read: (key) => key.userId },
    role: { type: "text", read: (key) => key.role, names: ROLES },
    require_nonce: { type: "boolean", read: (key) => key.requireNonce },
    create_time: { type: "time", read: (key) => key.createTime },
    expire_time: { type: "time", read: (key) => key.expireTime },
    last_use_time: { type: "time", read: (key) => key.lastUseTime },
    revoke_time: { type: "time", read: (key) => key.revokeTime },
  },
};

/** What filters know, by names of the schema. */
export const API_KEY_FILTER_NAMES: readonly string[] = placeNames(API_KEYS);
