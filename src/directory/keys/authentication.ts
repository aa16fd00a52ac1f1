import { timingSafeEqual } from "node:crypto";
import type { CallPlace } from "../audit/entry.ts";
import { RosterError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../users/user.ts";
import { type Clock, type Micros, SECOND } from "../values/clock.ts";
import { apiKeyIdOf, type Caller, type KeyHolder, secretDigest, secretKeyId } from "./api-key.ts";
import { tokenInvalid } from "./bearer-token.ts";
import { CallerCache } from "./caller-cache.ts";
import type { ClientCertificate, Proof } from "./proof.ts";
import { accountSuspended, type RefusalCause, Refused } from "./refusal.ts";

/**
 * The caller that is proven. Throws one and the same API_KEY_INVALID for every key that does not work, and
 * ACCOUNT_SUSPENDED for one that would, were its account active.
 */
export type Authenticate = (proof: Proof, from?: CallPlace) => Promise<Caller>;

const USE_INTERVAL = 60 * SECOND;

/** Finds callers by the secrets of keys, and by certificates that stand for keys. */
export function createAuthenticator(
  store: Pick<Store, "findKeyHolders" | "findCertificateHolders" | "onCommit" | "noteKeyUse">,
  now: Clock,
): Authenticate {
  const holders = new CallerCache<KeyHolder>(store, now);
  const lastUses = new Map<string, Micros>();

  async function findBySecret(secret: string): Promise<KeyHolder> {
    const keyId = secretKeyId(secret);
    if (keyId === undefined) {
      throw keyInvalid(secret === "" ? "missing" : "malformed");
    }
    const digest = secretDigest(secret);
    const holder = await holders.find(`secret ${Buffer.from(digest).toString("base64")}`, async () =>
      (await store.findKeyHolders(keyId)).find((candidate) => isSecretOf(candidate, digest)),
    );
    if (holder === undefined) {
      throw keyInvalid("key_unknown");
    }
    if (!isCurrent(holder, digest, now())) {
      throw keyInvalid("key_rotated");
    }
    return holder;
  }

  async function findByCertificate({ names, fingerprint, expireTime }: ClientCertificate): Promise<KeyHolder> {
    if (names.length === 0) {
      throw keyInvalid("certificate_unknown");
    }
    const holder = await holders.find(`certificate ${fingerprint}`, async () => {
      const [first, ...others] = await store.findCertificateHolders(names);
      // With the names of two keys it does not say which one it stands for.
      return others.length === 0 ? first : undefined;
    });
    if (holder === undefined) {
      throw keyInvalid("certificate_unknown");
    }
    if (expireTime <= now()) {
      throw keyInvalid("certificate_expired");
    }
    return holder;
  }

  function noteUse({ accountId, key }: KeyHolder, time: Micros): void {
    const last = Math.max(key.lastUseTime ?? 0, lastUses.get(key.id) ?? 0);
    if (time - last >= USE_INTERVAL) {
      lastUses.set(key.id, time);
      // Not awaited: if it fails, the next use is noted.
      store.noteKeyUse(accountId, key.id, time).catch(() => lastUses.delete(key.id));
    }
  }

  return async (proof) => {
    const holder = await (typeof proof === "object" ? findByCertificate(proof) : findBySecret(proof ?? ""));
    const time = now();
    const refusal = refusalOf(holder, time);
    if (refusal !== undefined) {
      throw keyInvalid(refusal);
    }
    if (holder.accountStatus === "SUSPENDED") {
      throw accountSuspended();
    }
    noteUse(holder, time);
    const { accountId, key, user } = holder;
    return { accountId, role: key.role, user, superAdmin: user.superAdmin, credential: { kind: "key", key } };
  };
}

/**
 * Throws API_KEY_INVALID or TOKEN_INVALID if what proved one caller proves another one by now: a certificate whose name another key has got,
 * a token whose issuer is trusted for another account.
 */
export function assertSameCaller(before: Caller, after: Caller): void {
  if (before.accountId !== after.accountId || apiKeyIdOf(before) !== apiKeyIdOf(after)) {
    throw before.credential.kind === "key" ? keyInvalid("key_unknown") : tokenInvalid("token_untrusted");
  }
}

/** What decides whether a user's keys work and what they may do, and whether a token leads to it. */
const ACCESS_FIELDS = ["status", "superAdmin", "deleteTime", "email", "externalId"] as const satisfies Array<keyof User>;

/** Whether the user's keys or tokens may stop or begin to work, or may do more or less than before. */
export function changesAccess(before: User, after: User): boolean {
  return ACCESS_FIELDS.some((field) => before[field] !== after[field]);
}

function isSecretOf({ digest, previousDigest }: KeyHolder, given: Uint8Array): boolean {
  return timingSafeEqual(digest, given) || (previousDigest !== null && timingSafeEqual(previousDigest, given));
}

/** Whether the secret has not been replaced, or is the one before and still good. */
function isCurrent({ digest, previousExpireTime }: KeyHolder, given: Uint8Array, now: Micros): boolean {
  return timingSafeEqual(digest, given) || (previousExpireTime !== null && now < previousExpireTime);
}

/** Undefined: the key works. */
function refusalOf({ key, user }: KeyHolder, now: Micros): RefusalCause | undefined {
  if (key.revokeTime !== null) return "key_revoked";
  if (key.expireTime !== null && key.expireTime <= now) return "key_expired";
  if (user.deleteTime !== null) return "user_deleted";
  return user.status === "SUSPENDED" ? "user_suspended" : undefined;
}

function keyInvalid(why: RefusalCause): RosterError {
  return new RosterError(
    "API_KEY_INVALID",
    "a valid API key is needed: send `authorization: Bearer <secret>` or `x-api-key: <secret>`",
    { cause: new Refused(why) },
  );
}
