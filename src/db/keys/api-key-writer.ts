import { isDeepStrictEqual } from "node:util";
import { sql } from "kysely";
import type { ApiKey } from "../../directory/keys/api-key.ts";
import type { ApiKeyWriter } from "../../directory/store/api-keys.ts";
import type { PageQuery } from "../../directory/store/page-query.ts";
import type { Micros } from "../../directory/values/clock.ts";
import type { AccessChanges } from "../commit/access-changes.ts";
import type { OrderColumn } from "../query/order-columns.ts";
import { countRowsUpTo, readPage } from "../query/pages.ts";
import type { Queryable, Transaction } from "../query/queryable.ts";
import { API_KEY_COLUMNS, type NamedKey, toApiKey, toApiKeyRow, toNamedKey } from "./api-key-row.ts";
import type { CertificateNames } from "./certificate-names.ts";

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

  count(upTo?: number): Promise<number> {
    return countRowsUpTo(this.#db, this.#rows(), upTo);
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

export async function noteKeyUse(db: Transaction, accountId: string, keyId: string, time: Micros): Promise<void> {
  await db
    .updateTable("api_keys")
    .set({ last_use_time: time })
    .where("account_id", "=", accountId)
    .where("id", "=", keyId)
    .execute();
}

/** A key that is revoked has given its names up. */
function withHeldNames({ id, revokeTime, certificateNames }: ApiKey): NamedKey {
  return { id, names: revokeTime === null ? certificateNames : [] };
}
