import type { KeyHolder } from "../../directory/keys/api-key.ts";
import { columnsOf } from "../query/columns.ts";
import type { Queryable } from "../query/queryable.ts";
import { toUser, USER_COLUMNS } from "../users/user-row.ts";
import { toApiKey } from "./api-key-row.ts";
import { findNamedKeys } from "./certificate-names.ts";

/** The keys with one of the names, of whatever account. */
export async function findCertificateHolders(db: Queryable, names: readonly string[]): Promise<KeyHolder[]> {
  const holders: KeyHolder[] = [];
  for (const { accountId, keyId } of await findNamedKeys(db, names)) {
    const rows = await selectHolders(db, keyId).where("api_keys.account_id", "=", accountId).execute();
    holders.push(...rows.map(toKeyHolder));
  }
  return holders;
}

/** The keys with this id, of whatever account: a secret does not name its account. */
export async function findKeyHolders(db: Queryable, keyId: string): Promise<KeyHolder[]> {
  return (await selectHolders(db, keyId).execute()).map(toKeyHolder);
}

function selectHolders(db: Queryable, keyId: string) {
  return db
    .selectFrom("api_keys")
    .innerJoin("accounts", "accounts.account_id", "api_keys.account_id")
    .innerJoin("users", (join) =>
      join.onRef("users.account_id", "=", "api_keys.account_id").onRef("users.id", "=", "api_keys.user_id"),
    )
    .select(columnsOf("users", USER_COLUMNS))
    .select([
      "accounts.status as account_status",
      "api_keys.id as key_id",
      "api_keys.display_name as key_display_name",
      "api_keys.role",
      "api_keys.digest",
      "api_keys.previous_digest",
      "api_keys.previous_expire_time",
      "api_keys.require_nonce",
      "api_keys.certificate_names",
      "api_keys.rate_per_second",
      "api_keys.rate_burst",
      "api_keys.create_time as key_create_time",
      "api_keys.expire_time",
      "api_keys.last_use_time",
      "api_keys.revoke_time",
    ])
    .where("api_keys.id", "=", keyId);
}

type HolderRow = Awaited<ReturnType<ReturnType<typeof selectHolders>["execute"]>>[number];

function toKeyHolder(row: HolderRow): KeyHolder {
  return {
    accountId: row.account_id,
    accountStatus: row.account_status,
    key: toApiKey({
      ...row,
      id: row.key_id,
      user_id: row.id,
      display_name: row.key_display_name,
      create_time: row.key_create_time,
    }),
    digest: row.digest,
    previousDigest: row.previous_digest,
    previousExpireTime: row.previous_expire_time,
    user: toUser(row),
  };
}
