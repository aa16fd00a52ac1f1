import { isDeepStrictEqual } from "node:util";
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
import { API_KEY_COLUMNS, type NamedKey, toApiKey, toApiKeyRow, toNamedKey } from "./api-key-row.ts";
import { type CertificateNames, findNamedKeys } from "./certificate-names.ts";

const BY_ID: readonly OrderColumn[] = [{ column: "api_keys.id", descending: false }];

/** What a transaction writes keys with. */
export interface ApiKeyWrites {
  readonly accessChanges: AccessChanges;
  readonly names: CertificateNames;
}

export class KyselyApiKeyWriter implements ApiKeyWriter {
  readonly #db: Queryable;
  readonly #accountId: string;
  readonly #writes: ApiKeyWrites | undefined;

  constructor(db: Queryable, accountId: string, writes?: ApiKeyWrites) {
    this.#db = db;
    this.#accountId = accountId;
    this.#writes = writes;
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
    await this.#writes?.names.claim(withHeldNames(key));
  }

  async update(before: ApiKey, after: ApiKey): Promise<void> {
    const { id, last_use_time: _, ...values } = toApiKeyRow(after);
    await this.#update(after, values);
    const [held, wanted] = [withHeldNames(before), withHeldNames(after)];
    if (!isDeepStrictEqual(held, wanted)) {
      await this.#writes?.names.release([held]);
      await this.#writes?.names.claim(wanted);
    }
  }

  async revokeAll(userId: string, time: number): Promise<void> {
    const rows = await this.#db
      .updateTable("api_keys")
      .set({ revoke_time: time })
      .where("account_id", "=", this.#accountId)
      .where("user_id", "=", userId)
      .where("revoke_time", "is", null)
      .returning(["id", "certificate_names"])
      .execute();
    await this.#writes?.names.release(rows.map(toNamedKey));
    this.#writes?.accessChanges.add(userId);
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
    this.#writes?.accessChanges.add(userId);
  }

  #rows() {
    return this.#db.selectFrom("api_keys").select(API_KEY_COLUMNS).where("account_id", "=", this.#accountId);
  }
}

/** A key that is revoked has given its names up. */
function withHeldNames({ id, revokeTime, certificateNames }: ApiKey): NamedKey {
  return { id, names: revokeTime === null ? certificateNames : [] };
}

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

export async function noteKeyUse(db: Transaction, accountId: string, keyId: string, time: Micros): Promise<void> {
  await db
    .updateTable("api_keys")
    .set({ last_use_time: time })
    .where("account_id", "=", accountId)
    .where("id", "=", keyId)
    .execute();
}
