import { createHash, randomBytes } from "node:crypto";
import type { Micros } from "./clock.ts";
import { notFound, permissionDenied, RosterError } from "./errors.ts";
import type { AccountTransaction } from "./store.ts";
import type { User } from "./user.ts";

/** Each role includes the ones before it. */
export const ROLES = ["READER", "WRITER", "ADMIN"] as const;
export type Role = (typeof ROLES)[number];

export interface ApiKey {
  readonly id: string;
  readonly displayName: string;
  /** The user on whose behalf the key acts. */
  readonly userId: string;
  readonly role: Role;
  /** Mutating calls must carry a nonce. */
  readonly requireNonce: boolean;
  readonly createTime: Micros;
  /** From this moment on the key does not work. Null: never ends. */
  readonly expireTime: Micros | null;
  /** Up to a minute late. */
  readonly lastUseTime: Micros | null;
  readonly revokeTime: Micros | null;
}

/** Who calls, once that is proven. */
export interface Caller {
  readonly accountId: string;
  readonly key: ApiKey;
  /** Its id and rights are those of this moment; the rest may be some seconds old. */
  readonly user: User;
  /** May act on every account, as far as the key's role goes. */
  readonly superAdmin: boolean;
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

export type NewApiKey = Pick<ApiKey, "displayName" | "userId" | "role" | "expireTime" | "requireNonce">;

/** Creates a key. Nobody grants more than they hold: PERMISSION_DENIED. Throws USER_NOT_FOUND, USER_SUSPENDED. */
export async function createApiKey(tx: AccountTransaction, caller: Caller, input: NewApiKey): Promise<KeyWithSecret> {
  if (!includesRole(caller.key.role, input.role)) {
    throw permissionDenied(`a ${caller.key.role} key can't grant the role ${input.role}`);
  }
  const user = await tx.users.find(input.userId);
  if (user === undefined || user.deleteTime !== null) {
    throw notFound("User", input.userId);
  }
  assertMayHandle(caller, user);
  if (user.status === "SUSPENDED") {
    throw new RosterError("USER_SUSPENDED", "the user is suspended");
  }
  return insertApiKey(tx, input, mintSecret(tx.newId("K")));
}

/** Stores the key that the given secret belongs to. */
export async function insertApiKey(tx: AccountTransaction, input: NewApiKey, secret: string): Promise<KeyWithSecret> {
  const id = secretKeyId(secret) ?? "";
  const key: ApiKey = { ...input, id, createTime: tx.now(), lastUseTime: null, revokeTime: null };
  await tx.apiKeys.insert(key, secretDigest(secret));
  return { key, secret };
}

/** A key at the one moment when its secret is known. */
export interface KeyWithSecret {
  readonly key: ApiKey;
  readonly secret: string;
}

export type ApiKeyInput = Partial<Pick<ApiKey, "displayName" | "expireTime" | "requireNonce">>;

/** Changes a key. Throws API_KEY_NOT_FOUND, API_KEY_REVOKED. */
export async function updateApiKey(tx: AccountTransaction, caller: Caller, id: string, input: ApiKeyInput): Promise<ApiKey> {
  const key = { ...(await getWorkingKey(tx, caller, id)), ...input };
  await tx.apiKeys.update(key);
  return key;
}

/** Gives a key a new secret; the old one works until `overlap` has passed. Throws API_KEY_NOT_FOUND, API_KEY_REVOKED. */
export async function rotateApiKey(
  tx: AccountTransaction,
  caller: Caller,
  id: string,
  overlap: Micros,
): Promise<KeyWithSecret> {
  const key = await getWorkingKey(tx, caller, id);
  const secret = mintSecret(key.id);
  await tx.apiKeys.replaceDigest(key, secretDigest(secret), tx.now() + overlap);
  return { key, secret };
}

/** Ends a key for ever; one that is revoked stays as it is. Throws API_KEY_NOT_FOUND. */
export async function revokeApiKey(tx: AccountTransaction, caller: Caller, id: string): Promise<ApiKey> {
  const key = await getHandledKey(tx, caller, id);
  if (key.revokeTime !== null) {
    return key;
  }
  const revoked = { ...key, revokeTime: tx.now() };
  await tx.apiKeys.update(revoked);
  return revoked;
}

async function getWorkingKey(tx: AccountTransaction, caller: Caller, id: string): Promise<ApiKey> {
  const key = await getHandledKey(tx, caller, id);
  if (key.revokeTime !== null) {
    throw new RosterError("API_KEY_REVOKED", "the key is revoked");
  }
  return key;
}

async function getHandledKey(tx: AccountTransaction, caller: Caller, id: string): Promise<ApiKey> {
  const key = await tx.apiKeys.find(id);
  if (key === undefined) {
    throw notFound("ApiKey", id);
  }
  if (!includesRole(caller.key.role, key.role)) {
    throw permissionDenied(`a ${caller.key.role} key can't change a key of role ${key.role}`);
  }
  const user = await tx.users.find(key.userId);
  if (user !== undefined) {
    assertMayHandle(caller, user);
  }
  return key;
}

/** Keys of super admins are for super admins: whoever could give one a new secret would hold more than they do. */
function assertMayHandle(caller: Caller, user: User): void {
  if (user.superAdmin && !caller.superAdmin) {
    throw permissionDenied("only a super admin manages keys of a super admin");
  }
}
