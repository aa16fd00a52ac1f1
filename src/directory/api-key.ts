import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { AccountStatus } from "./account.ts";
import type { Micros } from "./clock.ts";
import { permissionDenied, RosterError, userNotFound } from "./errors.ts";
import type { AccountTransaction, Store } from "./store.ts";
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
  readonly createTime: Micros;
  /** From this moment on the key does not work. Null: never ends. */
  readonly expireTime: Micros | null;
  readonly revokeTime: Micros | null;
}

/** A key with all that decides whether it works. */
export interface KeyHolder {
  readonly accountId: string;
  readonly accountStatus: AccountStatus;
  readonly key: ApiKey;
  readonly digest: Uint8Array;
  readonly user: User;
}

/** Who calls, once that is proven. */
export interface Caller {
  readonly accountId: string;
  readonly key: ApiKey;
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

/**
 * The caller that the secret proves. Throws one and the same API_KEY_INVALID for every key that does not work, and
 * ACCOUNT_SUSPENDED for one that would, were its account active.
 */
export async function authenticate(
  store: Pick<Store, "findKeyHolders">,
  secret: string | undefined,
  now: Micros,
): Promise<Caller> {
  const keyId = secret === undefined ? undefined : secretKeyId(secret);
  if (secret === undefined || keyId === undefined) {
    throw keyInvalid();
  }
  const digest = secretDigest(secret);
  const holders = await store.findKeyHolders(keyId);
  const holder = holders.find((candidate) => timingSafeEqual(candidate.digest, digest));
  if (holder === undefined || !works(holder, now)) {
    throw keyInvalid();
  }
  if (holder.accountStatus === "SUSPENDED") {
    throw new RosterError("ACCOUNT_SUSPENDED", "the account is suspended");
  }
  const { accountId, key, user } = holder;
  return { accountId, key, user, superAdmin: user.superAdmin };
}

function works({ key, user }: KeyHolder, now: Micros): boolean {
  const ended = key.revokeTime !== null || (key.expireTime !== null && key.expireTime <= now);
  return !ended && user.deleteTime === null && user.status !== "SUSPENDED";
}

function keyInvalid(): RosterError {
  return new RosterError(
    "API_KEY_INVALID",
    "a valid API key is needed: send `authorization: Bearer <secret>` or `x-api-key: <secret>`",
  );
}

/** Whether a key of role `held` may do what takes role `needed`. */
export function includesRole(held: Role, needed: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(needed);
}

export type NewApiKey = Pick<ApiKey, "displayName" | "userId" | "role" | "expireTime">;

/** Creates a key. Nobody grants more than they hold: PERMISSION_DENIED. Throws USER_NOT_FOUND, USER_SUSPENDED. */
export async function createApiKey(
  tx: AccountTransaction,
  caller: Caller,
  input: NewApiKey,
): Promise<{ key: ApiKey; secret: string }> {
  if (!includesRole(caller.key.role, input.role)) {
    throw permissionDenied(`a ${caller.key.role} key can't grant the role ${input.role}`);
  }
  const user = await tx.users.find(input.userId);
  if (user === undefined || user.deleteTime !== null) {
    throw userNotFound(input.userId);
  }
  if (user.superAdmin && !caller.superAdmin) {
    throw permissionDenied("only a super admin creates keys for a super admin");
  }
  if (user.status === "SUSPENDED") {
    throw new RosterError("USER_SUSPENDED", "the user is suspended");
  }
  return insertApiKey(tx, input, mintSecret(tx.newId("K")));
}

/** Stores the key that the given secret belongs to. */
export async function insertApiKey(
  tx: AccountTransaction,
  input: NewApiKey,
  secret: string,
): Promise<{ key: ApiKey; secret: string }> {
  const key: ApiKey = { ...input, id: secretKeyId(secret) ?? "", createTime: tx.now(), revokeTime: null };
  await tx.apiKeys.insert(key, secretDigest(secret));
  return { key, secret };
}
