import { type Authenticate, createAuthenticator } from "../../directory/keys/authentication.ts";
import type { TokenVerifier } from "../../directory/keys/bearer-token.ts";
import { createTokenAuthenticator } from "../../directory/keys/token-authentication.ts";
import type { Store } from "../../directory/store/store.ts";
import type { Clock } from "../../directory/values/clock.ts";
import { checkUserRules } from "../users/user-rules.ts";

/** Finds the caller by an API key, by a certificate that stands for one or, where issuers are trusted, by a token. */
export function createAuthenticate(store: Store, now: Clock, tokens: TokenVerifier | undefined): Authenticate {
  const byKey = createAuthenticator(store, now);
  if (tokens === undefined) {
    return byKey;
  }
  const byToken = createTokenAuthenticator({ store, now, tokens, checkNewUser: checkUserRules });
  return (proof, from) => (typeof proof === "string" && TOKEN.test(proof) ? byToken(proof, from) : byKey(proof));
}

/** The compact form of JWS and JWE (RFC 7515, 7516). No API key has a dot. */
const TOKEN = /^[\w-]+(?:\.[\w-]*){2,4}$/;
