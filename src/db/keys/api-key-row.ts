import type { Selectable } from "kysely";
import type { ApiKey } from "../../directory/keys/api-key.ts";
import { storedJson } from "../query/stored-json.ts";
import type { ApiKeysTable } from "../schema.ts";

export const API_KEY_COLUMNS = [
  "account_id",
  "id",
  "user_id",
  "display_name",
  "role",
  "require_nonce",
  "certificate_names",
  "rate_per_second",
  "rate_burst",
  "create_time",
  "expire_time",
  "last_use_time",
  "revoke_time",
] as const satisfies ReadonlyArray<keyof ApiKeysTable>;

export function toApiKey(row: Omit<Selectable<ApiKeysTable>, SecretColumns>): ApiKey {
  return {
    accountId: row.account_id,
    id: row.id,
    displayName: row.display_name,
    userId: row.user_id,
    role: row.role,
    requireNonce: row.require_nonce === 1,
    certificateNames: storedJson<string[]>(row.certificate_names),
    rateLimit:
      row.rate_per_second === null || row.rate_burst === null
        ? null
        : { perSecond: row.rate_per_second, burst: row.rate_burst },
    createTime: row.create_time,
    expireTime: row.expire_time,
    lastUseTime: row.last_use_time,
    revokeTime: row.revoke_time,
  };
}

export function toApiKeyRow(key: ApiKey): Omit<Selectable<ApiKeysTable>, SecretColumns> {
  return {
    account_id: key.accountId,
    id: key.id,
    display_name: key.displayName,
    user_id: key.userId,
    role: key.role,
    require_nonce: key.requireNonce ? 1 : 0,
    certificate_names: JSON.stringify(key.certificateNames),
    rate_per_second: key.rateLimit?.perSecond ?? null,
    rate_burst: key.rateLimit?.burst ?? null,
    create_time: key.createTime,
    expire_time: key.expireTime,
    last_use_time: key.lastUseTime,
    revoke_time: key.revokeTime,
  };
}

/** A key and its certificate names. */
export interface NamedKey {
  readonly id: string;
  readonly names: readonly string[];
}

export function toNamedKey(row: Pick<Selectable<ApiKeysTable>, "id" | "certificate_names">): NamedKey {
  return { id: row.id, names: storedJson<string[]>(row.certificate_names) };
}

type SecretColumns = "digest" | "previous_digest" | "previous_expire_time";
