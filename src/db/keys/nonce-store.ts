import type { Nonce, NonceStore } from "../../directory/store/api-keys.ts";
import type { Queryable } from "../query/queryable.ts";

export class KyselyNonceStore implements NonceStore {
  readonly #db: Queryable;
  readonly #accountId: string;

  constructor(db: Queryable, accountId: string) {
    this.#db = db;
    this.#accountId = accountId;
  }

  async find(keyId: string, digest: Uint8Array): Promise<Nonce | undefined> {
    const row = await this.#db
      .selectFrom("nonces")
      .select(["expire_time", "use_time"])
      .where("account_id", "=", this.#accountId)
      .where("key_id", "=", keyId)
      .where("digest", "=", digest)
      .executeTakeFirst();
    return row && { expireTime: row.expire_time, useTime: row.use_time };
  }

  async insert(keyId: string, digest: Uint8Array, expireTime: number): Promise<void> {
    await this.#db
      .insertInto("nonces")
      .values({ account_id: this.#accountId, key_id: keyId, digest, expire_time: expireTime, use_time: null })
      .execute();
  }

  async markUsed(keyId: string, digest: Uint8Array, time: number): Promise<void> {
    await this.#db
      .updateTable("nonces")
      .set({ use_time: time })
      .where("account_id", "=", this.#accountId)
      .where("key_id", "=", keyId)
      .where("digest", "=", digest)
      .execute();
  }
}
