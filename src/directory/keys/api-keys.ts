import { notFound, permissionDenied, RosterError } from "../errors.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import { getLiveUser } from "../users/find-user.ts";
import type { User } from "../users/user.ts";
import type { Micros } from "../values/clock.ts";
import { checkDisplayName } from "../values/display-name.ts";
import {
  type ApiKey,
  type ApiKeyInput,
  apiKeyIdOf,
  type Caller,
  includesRole,
  mintSecret,
  secretDigest,
  secretKeyId,
} from "./api-key.ts";

const NAME_FIELD = "api_key.display_name";

export type NewApiKey = Pick<ApiKey, "displayName" | "userId" | "role" | "expireTime" | "requireNonce" | "rateLimit"> &
  Partial<Pick<ApiKey, "certificateNames">>;

/**
 * Creates a key. Nobody grants more than they hold: PERMISSION_DENIED. Throws USER_NOT_FOUND, USER_SUSPENDED,
 * CERTIFICATE_NAME_TAKEN.
 */
export async function createApiKey(tx: AccountTransaction, caller: Caller, input: NewApiKey): Promise<KeyWithSecret> {
  const displayName = checkDisplayName(input.displayName, NAME_FIELD);
  if (!includesRole(caller.role, input.role)) {
    throw permissionDenied(`the role ${caller.role} can't grant the role ${input.role}`);
  }
  assertMayName(caller, input.certificateNames ?? []);
  const user = await getLiveUser(tx, input.userId);
  assertMayHandle(caller, user);
  if (user.status === "SUSPENDED") {
    throw new RosterError("USER_SUSPENDED", "the user is suspended");
  }
  return insertApiKey(tx, { ...input, displayName }, mintSecret(tx.newId("K")));
}

/** Stores the key that the given secret belongs to. */
export async function insertApiKey(tx: AccountTransaction, input: NewApiKey, secret: string): Promise<KeyWithSecret> {
  const id = secretKeyId(secret) ?? "";
  const key: ApiKey = {
    certificateNames: [],
    ...input,
    accountId: tx.account.id,
    id,
    createTime: tx.now(),
    lastUseTime: null,
    revokeTime: null,
  };
  await tx.apiKeys.insert(key, secretDigest(secret));
  return { key, secret };
}

/** A key at the one moment when its secret is known. */
export interface KeyWithSecret {
  readonly key: ApiKey;
  readonly secret: string;
}

/**
 * Changes a key. One that has limits is freed of them by another key only, and gets certificate names by another key only:
 * PERMISSION_DENIED. Throws API_KEY_NOT_FOUND, API_KEY_REVOKED, CERTIFICATE_NAME_TAKEN.
 */
export async function updateApiKey(tx: AccountTransaction, caller: Caller, id: string, input: ApiKeyInput): Promise<ApiKey> {
  const { displayName } = input;
  const values = {
    ...input,
    ...(displayName !== undefined && { displayName: checkDisplayName(displayName, NAME_FIELD) }),
  };
  const before = await getWorkingKey(tx, caller, id);
  const key = { ...before, ...values };
  const newNames = key.certificateNames.filter((name) => !before.certificateNames.includes(name));
  assertMayName(caller, newNames);
  if (id === apiKeyIdOf(caller) && (liftsLimit(before, key) || newNames.length > 0)) {
    throw permissionDenied("a key can't lift its own limits or give itself names: that takes another key");
  }
  await tx.apiKeys.update(before, key);
  return key;
}

function liftsLimit(before: ApiKey, after: ApiKey): boolean {
  const endsLater = before.expireTime !== null && (after.expireTime === null || after.expireTime > before.expireTime);
  const mayDoMore =
    before.rateLimit !== null &&
    (after.rateLimit === null ||
      after.rateLimit.perSecond > before.rateLimit.perSecond ||
      after.rateLimit.burst > before.rateLimit.burst);
  return endsLater || mayDoMore || (before.requireNonce && !after.requireNonce);
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
  // Not "until now": on a server whose clock is behind that is still to come.
  await tx.apiKeys.replaceDigest(key, secretDigest(secret), overlap === 0 ? null : tx.now() + overlap);
  return { key, secret };
}

/** Ends a key for ever; one that is revoked stays as it is. Throws API_KEY_NOT_FOUND. */
export async function revokeApiKey(tx: AccountTransaction, caller: Caller, id: string): Promise<ApiKey> {
  const key = await getHandledKey(tx, caller, id);
  if (key.revokeTime !== null) {
    return key;
  }
  const revoked = { ...key, revokeTime: tx.now() };
  await tx.apiKeys.update(key, revoked);
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
  if (!includesRole(caller.role, key.role)) {
    throw permissionDenied(`the role ${caller.role} can't change a key of role ${key.role}`);
  }
  const user = await tx.users.find(key.userId);
  if (user !== undefined) {
    assertMayHandle(caller, user);
  }
  return key;
}

/** The names are those of all accounts: whoever took one that is meant for another account would get the calls of its bearer. */
function assertMayName(caller: Caller, names: readonly string[]): void {
  if (names.length > 0 && !caller.superAdmin) {
    throw permissionDenied("only a super admin gives certificate names to a key: they are those of all accounts");
  }
}

/** Keys of super admins are for super admins: whoever could give one a new secret would hold more than they do. */
function assertMayHandle(caller: Caller, user: User): void {
  if (user.superAdmin && !caller.superAdmin) {
    throw permissionDenied("only a super admin manages keys of a super admin");
  }
}
