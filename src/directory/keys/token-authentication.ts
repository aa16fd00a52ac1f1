import { createHash } from "node:crypto";
import type { AccountStatus } from "../accounts/account.ts";
import type { CallPlace } from "../audit/entry.ts";
import { RosterError } from "../errors.ts";
import type { AccountTransaction, AccountView } from "../store/account-view.ts";
import type { Store } from "../store/store.ts";
import type { User, UserInput } from "../users/user.ts";
import { createUser } from "../users/users.ts";
import type { Clock } from "../values/clock.ts";
import type { Caller } from "./api-key.ts";
import { type TokenIdentity, type TokenVerifier, tokenInvalid } from "./bearer-token.ts";
import { CallerCache, dropOldest } from "./caller-cache.ts";
import { accountSuspended } from "./refusal.ts";

export interface TokenAuthenticatorDeps {
  readonly store: Pick<Store, "read" | "write" | "onCommit">;
  readonly now: Clock;
  readonly tokens: TokenVerifier;
  /** Throws FIELD_INVALID for what CreateUser would not take. */
  readonly checkNewUser: (user: UserInput) => void;
}

const MAX_IDENTITIES = 10_000;

interface Bearer {
  readonly accountId: string;
  readonly user: User;
  readonly accountStatus: AccountStatus;
}

/**
 * Finds the caller that a token proves. A token is verified once and remembered until it ends or other issuers are trusted; its user and
 * account are read again as those of a key are: see `createAuthenticator`. Throws TOKEN_INVALID, ACCOUNT_SUSPENDED, ISSUER_UNAVAILABLE.
 */
export function createTokenAuthenticator({ store, now, tokens, checkNewUser }: TokenAuthenticatorDeps) {
  const identities = new Map<string, TokenIdentity>();
  const bearers = new CallerCache<Bearer>(store, now);
  let trust = 0;

  tokens.onChange(() => {
    trust += 1;
    identities.clear();
    bearers.clear();
  });

  async function verify(digest: string, token: string): Promise<TokenIdentity> {
    const before = trust;
    const identity = await tokens.verify(token);
    if (trust !== before) {
      return verify(digest, token);
    }
    dropOldest(identities, MAX_IDENTITIES);
    identities.set(digest, identity);
    return identity;
  }

  return async (token: string, from?: CallPlace): Promise<Caller> => {
    const digest = createHash("sha256").update(token).digest("base64");
    const identity = identities.get(digest) ?? (await verify(digest, token));
    if (identity.expireTime <= now()) {
      identities.delete(digest);
      throw tokenInvalid("token_expired");
    }
    return toCaller(identity, await bearers.find(digest, () => findBearer(store, identity, checkNewUser, from)));
  };
}

function toCaller({ role, issuer, subject }: TokenIdentity, { accountId, user, accountStatus }: Bearer): Caller {
  if (user.status === "SUSPENDED") {
    throw tokenInvalid("user_suspended");
  }
  if (accountStatus === "SUSPENDED") {
    throw accountSuspended();
  }
  return { accountId, role, user, superAdmin: user.superAdmin, credential: { kind: "token", issuer, subject } };
}

async function findBearer(
  store: TokenAuthenticatorDeps["store"],
  identity: TokenIdentity,
  checkNewUser: TokenAuthenticatorDeps["checkNewUser"],
  { address, method }: CallPlace = { address: "", method: "" },
): Promise<Bearer> {
  const { accountId, issuer, subject, newUser, user } = identity;
  try {
    const found = await store.read(accountId, (view) => readBearer(view, identity));
    if (found !== undefined) {
      return found;
    }
    if (newUser === undefined) {
      throw tokenInvalid("token_unknown_user", "the subject is no user");
    }
    const input = { ...newUser, [user.kind]: user.key };
    checkNewUser(input);
    const source = { accountId, userId: null, token: { issuer, subject }, address, method };
    const origin = { accountId, apiKeyId: null, requestId: null, source };
    return await store.write(origin, async (tx) => (await readBearer(tx, identity)) ?? makeUser(tx, identity, input));
  } catch (error) {
    throw refusal(error);
  }
}

async function readBearer({ account, users }: AccountView, { user }: TokenIdentity): Promise<Bearer | undefined> {
  const [found] = await users.findLive(user.kind, [user.key]);
  return found && { accountId: account.id, user: found, accountStatus: account.status };
}

async function makeUser(tx: AccountTransaction, { user: { kind, key } }: TokenIdentity, input: UserInput): Promise<Bearer> {
  if (tx.account.status === "SUSPENDED") {
    throw accountSuspended();
  }
  // Whoever was deleted is known, and stays out.
  if (await tx.users.isOfDeleted(kind, key)) {
    throw tokenInvalid("token_unknown_user", "the subject is a deleted user");
  }
  const { user } = await createUser(tx, { superAdmin: false, role: "SELF" }, input);
  return { accountId: tx.account.id, user, accountStatus: tx.account.status };
}

/** What concerns the bearer alone is told as TOKEN_INVALID: that there is no such account, that an e-mail address is taken. */
function refusal(error: unknown): unknown {
  if (!(error instanceof RosterError) || TOLD_AS_IT_IS.has(error.reason)) {
    return error;
  }
  return tokenInvalid("token_unknown_user", error);
}

const TOLD_AS_IT_IS: ReadonlySet<RosterError["reason"]> = new Set([
  "STORE_UNAVAILABLE",
  "ACCOUNT_SUSPENDED",
  "TOKEN_INVALID",
]);
