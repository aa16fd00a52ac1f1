import { createHash, randomBytes } from "node:crypto";
import type { AccountStatus } from "../accounts/account.ts";
import type { RateLimit } from "../limits/token-bucket.ts";
import type { User } from "../users/user.ts";
import type { Micros } from "../values/clock.ts";
import { differences } from "../values/differences.ts";

/** Each role includes the ones before it, but SELF, which acts on its own user only. */
export const ROLES = ["SELF", "READER", "WRITER", "ADMIN"] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  readonly accountId: string;
  readonly id: string;
  readonly displayName: string;
  /** The user on whose behalf the key acts. */
  readonly userId: string;
  readonly role: Role;
  /** Mutating calls must carry a nonce. */
  readonly requireNonce: boolean;
  /** A client certificate that was verified and has one of these stands for the secret. SPIFFE ids, and DNS names in lower case. */
  readonly certificateNames: readonly string[];
  /** How many calls may be made with the key. Null: as many as the server lets keys make. */
  readonly rateLimit: RateLimit | null;
  readonly createTime: Micros;
  /** From this moment on the key does not work. Null: never ends. */
  readonly expireTime: Micros | null;
  /** Up to a minute late. */
  readonly lastUseTime: Micros | null;
  readonly revokeTime: Micros | null;
}

/** What callers may change of a key. */
export type ApiKeyInput = Partial<
  Pick<ApiKey, "displayName" | "expireTime" | "requireNonce" | "rateLimit" | "certificateNames">
>;

/** The fields, by their names in the schema, that differ. */
export function changedApiKeyFields(before: ApiKey, after: ApiKey): string[] {
  return differences(before, after, FIELD_NAMES);
}

const FIELD_NAMES: { readonly [K in keyof ApiKeyInput | "revokeTime"]-?: string } = {
  displayName: "display_name",
  expireTime: "expire_time",
  requireNonce: "require_nonce",
  rateLimit: "rate_limit",
  certificateNames: "certificate_names",
  revokeTime: "revoke_time",
};

/** A key with all that decides whether it works. */
export interface KeyHolder {
  readonly accountId: string;
  readonly accountStatus: AccountStatus;
  readonly key: ApiKey;
  readonly digest: Uint8Array;
  /** Of the secret before the last rotation, and until when it works. */
  readonly previousDigest: Uint8Array | null;
  readonly previousExpireTime: Micros | null;
  readonly user: User;
}

/** Who calls, once that is proven. */
export interface Caller {
  readonly accountId: string;
  readonly role: Role;
  readonly credential: Credential;
  /** Its id and rights are those of this moment; the rest may be some seconds old. */
  readonly user: User;
  /** May act on every account, as far as the role goes. */
  readonly superAdmin: boolean;
}

/** What a caller has shown. */
export type Credential =
  | { readonly kind: "key"; readonly key: ApiKey }
  | { readonly kind: "token"; readonly issuer: string; readonly subject: string };

/** Names what the caller has shown, the same each time: the id of a key, or a digest of issuer and subject. */
export function credentialId(credential: Credential): string {
  return credential.kind === "key"
    ? credential.key.id
    : `T${createHash("sha256")
        .update(JSON.stringify([credential.issuer, credential.subject]))
        .digest("hex")
        .slice(0, 32)}`;
}

/** The key that a caller has shown, for those who note what was done with it; null for a token. */
export function apiKeyIdOf({ credential }: Pick<Caller, "credential">): string | null {
  return credential.kind === "key" ? credential.key.id : null;
}

const SECRET = /^roster_(K[0-9A-HJKMNP-TV-Z]{26})_[A-Za-z0-9_-]{43}$/;

/** A new secret of the key with this id: `roster_`, the id, `_`, and 32 random bytes in base64url. */
export function mintSecret(keyId: string): string {
  return `roster_${keyId}_${randomBytes(32).toString("base64url")}`;
}

/** The id of the key that the secret belongs to, or undefined if the text is no secret. */
export function secretKeyId(secret: string): string | undefined {
  return SECRET.exec(secret)?.[1];
}

/** All that is stored of a secret. */
export function secretDigest(secret: string): Uint8Array {
  return createHash("sha256").update(secret).digest();
}

/** Whether a key of role `held` may do what takes role `needed`. */
export function includesRole(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}
