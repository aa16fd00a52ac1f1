import { sql } from "kysely";
import type { ApiKey, KeyHolder } from "../../directory/keys/api-key.ts";
import type { ApiKeyWriter } from "../../directory/store/api-keys.ts";
import type { PageQuery } from "../../directory/store/page-query.ts";
import type { Micros } from "../../directory/values/clock.ts";
import type { AccessChanges } from "../commit/access-changes.ts";
import { columnsOf } from "../query/columns.ts";
import type { OrderColumn } from "../query/order-columns.ts";
import { readPage } from "../query/pages.ts";
import type { Queryable, Transaction } from "../query/queryable.ts";
import { toUser, USER_COLUMNS } from "../users/user-row.ts";
import { API_KEY_COLUMNS, toApiKey, toApiKeyRow } from "./api-key-row.ts";

const BY_ID: readonly OrderColumn[] = [{ column: "api_keys.id", descending: false }];

export class KyselyApiKeyWriter implements ApiKeyWriter {
  readonly #db: Queryable;
  readonly #accountId: string;
  readonly #accessChanges: AccessChanges | undefined;

  constructor(db: Queryable, accountId: string, accessChanges?: AccessChanges) {
    this.#db = db;
    this.#accountId = accountId;
    this.#accessChanges = accessChanges;
  }

  async find(id: string): Promise<ApiKey | undefined> {
    const row = await this.#rows().where("id", "=", id).executeTakeFirst();
    return row && toApiKey(row);
  }

  async list(query: PageQuery): Promise<ApiKey[]> {
    return (await readPage(this.#rows(), BY_ID, query)).map(toApiKey);
  }

  async insert(key: ApiKey, digest: Uint8Array): Promise<void> {
    const secret = { digest, previous_digest: null, previous_expire_time: null };
    await this.#db
      .insertInto("api_keys")
      .values({ account_id: this.#accountId, ...toApiKeyRow(key), ...secret })
      .execute();
  }

  async update(key: ApiKey): Promise<void> {
    const { id, last_use_time: _, ...values } = toApiKeyRow(key);
    await this.#update(key, values);
  }

  async revokeAll(userId: string, time: number): Promise<void> {
    await this.#db
      .updateTable("api_keys")
      .set({ revoke_time: time })
      .where("account_id", "=", this.#accountId)
      .where("user_id", "=", userId)
      .where("revoke_time", "is", null)
      .execute();
    this.#accessChanges?.add(userId);
  }

  async replaceDigest(key: ApiKey, digest: Uint8Array, previousExpireTime: number): Promise<void> {
    await this.#update(key, { digest, previous_digest: sql.ref("digest"), previous_expire_time: previousExpireTime });
  }

  async #update({ id, userId }: ApiKey, values: object): Promise<void> {
    await this.#db
      .updateTable("api_keys")
      .set(values)
      .where("account_id", "=", this.#accountId)
      .where("id", "=", id)
      .execute();
    this.#accessChanges?.add(userId);
  }

  #rows() {
    return this.#db.selectFrom("api_keys").select(API_KEY_COLUMNS).where("account_id", "=", this.#accountId);
  }
}

/** The keys with this id, of whatever account: a secret does not name its account. */
export async function findKeyHolders(db: Queryable, keyId: string): Promise<KeyHolder[]> {
  const rows = await db
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
      "api_keys.rate_per_second",
      "api_keys.rate_burst",
      "api_keys.create_time as key_create_time",
      "api_keys.expire_time",
      "api_keys.last_use_time",
      "api_keys.revoke_time",
    ])
    .where("api_keys.id", "=", keyId)
    .execute();
  return rows.map((row) => ({
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
  }));
}

export async function noteKeyUse(db: Transaction, accountId: string, keyId: string, time: Micros): Promise<void> {
  await db
    .updateTable("api_keys")
    .set({ last_use_time: time })
    .where("account_id", "=", accountId)
    .where("id", "=", keyId)
    .execute();
}
