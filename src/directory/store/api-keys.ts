import type { ApiKey } from "../keys/api-key.ts";
import type { Micros } from "../values/clock.ts";
import type { PageQuery } from "./page-query.ts";

export interface ApiKeyReader {
  /** Live, expired or revoked. */
  find(id: string): Promise<ApiKey | undefined>;

  /** By id, ascending byte by byte. The key of a page has the id alone. */
  list(query: PageQuery): Promise<ApiKey[]>;
}

export interface ApiKeyWriter extends ApiKeyReader {
  insert(key: ApiKey, digest: Uint8Array): Promise<void>;

  /** Replaces what is known of the key, its secret aside. */
  update(key: ApiKey): Promise<void>;

  /** Revokes every key of the user that is not revoked yet. */
  revokeAll(userId: string, time: Micros): Promise<void>;

  /** Gives the key another secret; the one before it works until then. */
  replaceDigest(key: ApiKey, digest: Uint8Array, previousExpireTime: Micros): Promise<void>;
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
