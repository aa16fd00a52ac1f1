import { RosterError } from "../errors.ts";

/** Why a caller was not let in, and when. For operators: callers are told one and the same, whatever the cause. */
export const REFUSAL_CAUSES = {
  missing: "there is no key, token or certificate",
  malformed: "what was sent is neither a secret of a key nor a token",
  key_unknown: "there is no such key, or its secret is another",
  key_rotated: "the secret was replaced, and the time for which it still worked is over",
  key_revoked: "the key is revoked",
  key_expired: "the key has expired",
  certificate_unknown: "the certificate stands for no key, or for more than one",
  certificate_expired: "the certificate of the connection has expired",
  token_untrusted: "the token is not one of a trusted issuer, or does not say what is asked of it",
  token_expired: "the token has ended",
  token_unknown_user: "the token's subject is no user, and is not made one",
  user_deleted: "the user of the key is deleted",
  user_suspended: "the user of the key or token is suspended",
  account_suspended: "the account is suspended",
  issuer_unavailable: "the keys of the token's issuer can't be had",
} as const;

export type RefusalCause = keyof typeof REFUSAL_CAUSES;

/** Goes with an error as its cause. No Error of its own: whoever guesses keys must not cost a stack trace more. */
export class Refused {
  readonly why: RefusalCause;
  readonly cause: unknown;

  constructor(why: RefusalCause, cause?: unknown) {
    this.why = why;
    this.cause = cause;
  }

  toString(): string {
    return REFUSAL_CAUSES[this.why];
  }
}

/** Undefined: the error is about something else. */
export function refusalCauseOf(error: unknown): RefusalCause | undefined {
  return error instanceof Error && error.cause instanceof Refused ? error.cause.why : undefined;
}

/** For keys and tokens that would work otherwise. */
export function accountSuspended(): RosterError {
  return new RosterError("ACCOUNT_SUSPENDED", "the account is suspended", { cause: new Refused("account_suspended") });
}
