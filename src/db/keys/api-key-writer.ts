import { isDeepStrictEqual } from "node:util";
import { sql } from "kysely";
import type { AuditAction } from "../../directory/audit/entry.ts";
import { type ApiKey, changedApiKeyFields } from "../../directory/keys/api-key.ts";
import type { ApiKeyListQuery, ApiKeySelection, ApiKeyWriter } from "../../directory/store/api-keys.ts";
import type { Micros } from "../../directory/values/clock.ts";
import type { TransactionAudit } from "../audit/transaction-audit.ts";
import type { AccessChanges } from "../commit/access-changes.ts";
import { PendingUsers } from "../commit/pending-users.ts";
import type { JsonDialect } from "../engine.ts";
import type { Queryable, Transaction } from "../query/queryable.ts";
import { countApiKeys, listApiKeys } from "./api-key-list.ts";
import { API_KEY_COLUMNS, type NamedKey, toApiKey, toApiKeyRow, toNamedKey } from "./api-key-row.ts";
import type { CertificateNames } from "./certificate-names.ts";

/** What a transaction writes keys with. */
export interface ApiKeyWrites {
  readonly accessChanges: AccessChanges;
  readonly names: CertificateNames;
  readonly audit: TransactionAudit;
}

export class KyselyApiKeyWriter implements ApiKeyWriter {
  readonly #db: Queryable;
  readonly #accountId: string;
  readonly #json: JsonDialect;
  readonly #writes: ApiKeyWrites | undefined;
  readonly #pendingRevocations = new PendingUsers((userIds, time) => this.#revokeAll(userIds, time));

  constructor(db: Queryable, accountId: string, json: JsonDialect, writes?: ApiKeyWrites) {
    this.#db = db;
    this.#accountId = accountId;
    this.#json = json;
    this.#writes = writes;
  }

  async find(id: string): Promise<ApiKey | undefined> {
    const row = await this.#db
      .selectFrom("api_keys")
      .select(API_KEY_COLUMNS)
      .where("account_id", "=", this.#accountId)
      .where("id", "=", id)
      .executeTakeFirst();
    return row && toApiKey(row);
  }

  list(query: ApiKeyListQuery): Promise<ApiKey[]> {
    return listApiKeys(this.#db, this.#accountId, query, this.#json);
  }

  count(selection: ApiKeySelection, upTo?: number): Promise<number> {
    return countApiKeys(this.#db, this.#accountId, selection, { json: this.#json, upTo });
  }

  async insert(key: ApiKey, digest: Uint8Array): Promise<void> {
    const secret = { digest, previous_digest: null, previous_expire_time: null };
    await this.#db
      .insertInto("api_keys")
      .values({ ...toApiKeyRow(key), account_id: this.#accountId, ...secret })
      .execute();
    this.#record("CREATED", key);
    await this.#writes?.names.claim(withHeldNames(key));
  }

  async update(before: ApiKey, after: ApiKey): Promise<void> {
    const { account_id: _account, id: _id, last_use_time: _lastUse, ...values } = toApiKeyRow(after);
    await this.#update(after, values);
    const fields = changedApiKeyFields(before, after);
    if (fields.length > 0) this.#record(fields.includes("revoke_time") ? "REVOKED" : "UPDATED", after, fields);
    const [held, wanted] = [withHeldNames(before), withHeldNames(after)];
    if (!isDeepStrictEqual(held, wanted)) {
      await this.#writes?.names.release([held]);
      await this.#writes?.names.claim(wanted);
    }
  }

  revokeAllLater(userId: string, time: number): void {
    this.#pendingRevocations.add(userId, time);
    this.#writes?.accessChanges.add(userId);
  }

  /** Revokes the keys that are to be revoked. */
  flush(): Promise<void> {
    return this.#pendingRevocations.flush();
  }

  async #revokeAll(userIds: readonly string[], time: number): Promise<void> {
    const rows = await this.#db
      .updateTable("api_keys")
      .set({ revoke_time: time })
      .where("account_id", "=", this.#accountId)
      .where("user_id", "in", userIds)
      .where("revoke_time", "is", null)
      .returning(["id", "user_id", "certificate_names"])
      .execute();
    for (const { id, user_id: userId } of rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      this.#record("REVOKED", { id, userId }, ["revoke_time"]);
    }
    await this.#writes?.names.release(rows.map(toNamedKey));
  }

  async replaceDigest(key: ApiKey, digest: Uint8Array, previousExpireTime: number | null): Promise<void> {
    await this.#update(key, { digest, previous_digest: sql.ref("digest"), previous_expire_time: previousExpireTime });
    this.#record("ROTATED", key);
  }

  #record(action: AuditAction, { id, userId }: Pick<ApiKey, "id" | "userId">, changedFields: readonly string[] = []): void {
    this.#writes?.audit.record({ action, resource: "API_KEY", resourceId: id, userId, changedFields });
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
