import { RosterError } from "../errors.ts";
import type { UserKeyKind, UserValues } from "../users/user.ts";
import type { Micros } from "../values/clock.ts";
import type { Role } from "./api-key.ts";
import { type RefusalCause, Refused } from "./refusal.ts";

/** What a genuine token of a trusted issuer says of its bearer. */
export interface TokenIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** From this moment on the token is no longer taken. */
  readonly expireTime: Micros;
  readonly accountId: string;
  readonly role: Role;
  /** Who the bearer is. */
  readonly user: { readonly kind: UserKeyKind; readonly key: string };
  /** What an unknown bearer is made into at the first call. Undefined: unknown bearers are refused. */
  readonly newUser: Partial<UserValues> | undefined;
}

/** Proves a token. Throws TOKEN_INVALID, or ISSUER_UNAVAILABLE if the key that it needs can't be had now. */
export type VerifyToken = (token: string) => Promise<TokenIdentity>;

/** Proves tokens by what is trusted now. */
export interface TokenVerifier {
  readonly verify: VerifyToken;
  /** Calls the listener when what is trusted has changed: what was proven before counts no more. */
  onChange(listener: () => void): void;
}

/** One and the same for every token that is not taken, whatever the cause. */
export function tokenInvalid(why: RefusalCause, cause?: unknown): RosterError {
  return new RosterError(
    "TOKEN_INVALID",
    "a valid token of a trusted issuer is needed: send `authorization: Bearer <token>`",
    { cause: new Refused(why, cause) },
  );
}

export function issuerUnavailable(cause: unknown): RosterError {
  return new RosterError("ISSUER_UNAVAILABLE", "the issuer of the token can't be reached for its keys; try again", {
    retryAfter: 1_000,
    cause: new Refused("issuer_unavailable", cause),
  });
}
