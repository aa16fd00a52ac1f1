import { timingSafeEqual } from "node:crypto";
import { RosterError } from "../errors.ts";
import { changesAccessOf } from "../store/commit-event.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../users/user.ts";
import { type Clock, type Micros, SECOND } from "../values/clock.ts";
import { type Caller, type KeyHolder, secretDigest, secretKeyId } from "./api-key.ts";

/**
 * The caller that a secret proves. Throws one and the same API_KEY_INVALID for every key that does not work, and
 * ACCOUNT_SUSPENDED for one that would, were its account active.
 */
export type Authenticate = (secret: string | undefined) => Promise<Caller>;

/** How long what was read of a key is trusted: less than the 5 seconds within which a revocation by another server must count. */
export const TRUST_TIME = 4 * SECOND;
const USE_INTERVAL = 60 * SECOND;
const MAX_KNOWN = 10_000;

interface Known {
  readonly holder: KeyHolder;
  readonly readTime: Micros;
}

/**
 * Remembers keys that were proven, so that a known key costs no read. What any process of this server changes about keys,
 * their users and accounts takes effect at once: a commit event comes, and a read that was under way then is not remembered.
 */
export function createAuthenticator(
  store: Pick<Store, "findKeyHolders" | "onCommit" | "noteKeyUse">,
  now: Clock,
): Authenticate {
  const known = new Map<string, Known>();
  const lastUses = new Map<string, Micros>();
  let changes = 0;
  store.onCommit((event) => {
    if (event.accessChanges.length === 0) return;
    changes += 1;
    for (const [digest, { holder }] of known) {
      if (changesAccessOf({ accountId: holder.accountId, userId: holder.user.id }, event)) {
        known.delete(digest);
      }
    }
  });

  async function find(secret: string, digest: Uint8Array): Promise<KeyHolder | undefined> {
    const name = Buffer.from(digest).toString("base64");
    const remembered = known.get(name);
    const time = now();
    if (remembered !== undefined && time - remembered.readTime < TRUST_TIME) {
      return remembered.holder;
    }
    const before = changes;
    const holders = await store.findKeyHolders(secretKeyId(secret) ?? "");
    const holder = holders.find((candidate) => proves(candidate, digest));
    known.delete(name);
    if (holder !== undefined && changes === before) {
      if (known.size >= MAX_KNOWN) {
        known.clear();
      }
      known.set(name, { holder, readTime: time });
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

  return async (secret) => {
    if (secret === undefined || secretKeyId(secret) === undefined) {
      throw keyInvalid();
    }
    const digest = secretDigest(secret);
    const holder = await find(secret, digest);
    const time = now();
    if (holder === undefined || !works(holder, digest, time)) {
      throw keyInvalid();
    }
    if (holder.accountStatus === "SUSPENDED") {
      throw new RosterError("ACCOUNT_SUSPENDED", "the account is suspended");
    }
    noteUse(holder, time);
    const { accountId, key, user } = holder;
    return { accountId, role: key.role, user, superAdmin: user.superAdmin, credential: { kind: "key", key } };
  };
}

/** What decides whether a user's keys work and what they may do, and whether a token leads to it. */
const ACCESS_FIELDS = ["status", "superAdmin", "deleteTime", "email", "externalId"] as const satisfies Array<keyof User>;

/** Whether the user's keys or tokens may stop or begin to work, or may do more or less than before. */
export function changesAccess(before: User, after: User): boolean {
  return ACCESS_FIELDS.some((field) => before[field] !== after[field]);
}

function proves({ digest, previousDigest }: KeyHolder, given: Uint8Array): boolean {
  return timingSafeEqual(digest, given) || (previousDigest !== null && timingSafeEqual(previousDigest, given));
}

function works(holder: KeyHolder, given: Uint8Array, now: Micros): boolean {
  const { key, user, digest, previousExpireTime } = holder;
  const current = timingSafeEqual(digest, given) || (previousExpireTime !== null && now < previousExpireTime);
  const ended = key.revokeTime !== null || (key.expireTime !== null && key.expireTime <= now);
  return current && !ended && user.deleteTime === null && user.status !== "SUSPENDED";
}

function keyInvalid(): RosterError {
  return new RosterError(
    "API_KEY_INVALID",
    "a valid API key is needed: send `authorization: Bearer <secret>` or `x-api-key: <secret>`",
  );
}
