import type { ApiKey } from "../keys/api-key.ts";
import type { ApiKeyOrderField } from "../keys/api-key-order.ts";
import type { ApiKeyFilter } from "../lists/filter.ts";
import type { OrderTerm } from "../lists/order.ts";
import type { Micros } from "../values/clock.ts";
import type { PageQuery } from "./page-query.ts";

export interface ApiKeyReader {
  /** Live, expired or revoked. */
  find(id: string): Promise<ApiKey | undefined>;

  /** A page, in the order of the query. */
  list(query: ApiKeyListQuery): Promise<ApiKey[]>;

  /** How many keys a list of this selection has. MUST stop at `upTo`, if given. */
  count(selection: ApiKeySelection, upTo?: number): Promise<number>;
}

/**
 * A certificate name MUST be of one key at most that is not revoked, in the whole store, also when several take it at once: otherwise
 * CERTIFICATE_NAME_TAKEN is thrown. Keys that are revoked or erased MUST leave their names to others; a revoked one still shows them.
 */
export interface ApiKeyWriter extends ApiKeyReader {
  insert(key: ApiKey, digest: Uint8Array): Promise<void>;

  /** Replaces `before` by `after`, the secret aside. */
  update(before: ApiKey, after: ApiKey): Promise<void>;

  /** Revokes every key of the user that is not revoked yet, as `SessionWriter.endOpenLater` ends sessions. */
  revokeAllLater(userId: string, time: Micros): void;

  /** Gives the key another secret; the one before it works until then. Null: no longer. */
  replaceDigest(key: ApiKey, digest: Uint8Array, previousExpireTime: Micros | null): Promise<void>;
}

/** Which keys a list has. */
export interface ApiKeySelection {
  /** MUST let the same keys pass as `apiKeyMatches` of src/filter, on every engine. Undefined: all. */
  readonly filter?: ApiKeyFilter | undefined;
}

/** A page of keys. */
export interface ApiKeyListQuery extends PageQuery, ApiKeySelection {
  /** Ends with the id and the account's. */
  readonly order: ReadonlyArray<OrderTerm<ApiKeyOrderField>>;
}

export interface Nonce {
  /** From this moment on it is refused. */
  readonly expireTime: Micros;
  readonly useTime: Micros | null;
}

/** Values that a key may send once. */
export interface NonceStore {
  find(keyId: string, digest: Uint8Array): Promise<Nonce | undefined>;
  insert(keyId: string, digest: Uint8Array, expireTime: Micros): Promise<void>;
  markUsed(keyId: string, digest: Uint8Array, time: Micros): Promise<void>;
}
