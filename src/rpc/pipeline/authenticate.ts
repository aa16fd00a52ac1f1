import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import { type Authenticate, createAuthenticator } from "../../directory/keys/authentication.ts";
import type { TokenVerifier } from "../../directory/keys/bearer-token.ts";
import { createTokenAuthenticator } from "../../directory/keys/token-authentication.ts";
import type { Store } from "../../directory/store/store.ts";
import type { UserInput } from "../../directory/users/user.ts";
import { USER_DEFAULTS } from "../../directory/users/user-fields.ts";
import type { Clock } from "../../directory/values/clock.ts";
import { toUserMessage } from "../users/user-message.ts";
import { validate } from "./validate.ts";

/** Finds the caller by an API key, by a certificate that stands for one or, where issuers are trusted, by a token. */
export function createAuthenticate(store: Store, now: Clock, tokens: TokenVerifier | undefined): Authenticate {
  const byKey = createAuthenticator(store, now);
  if (tokens === undefined) {
    return byKey;
  }
  const byToken = createTokenAuthenticator({ store, now, tokens, checkNewUser });
  return (proof, from) => (typeof proof === "string" && TOKEN.test(proof) ? byToken(proof, from) : byKey(proof));
}

/** The compact form of JWS and JWE (RFC 7515, 7516). No API key has a dot. */
const TOKEN = /^[\w-]+(?:\.[\w-]*){2,4}$/;

/** The rules of the schema, as CreateUser has them. */
function checkNewUser(input: UserInput): void {
  const nowhere = { accountId: "", createTime: 0, updateTime: 0, deleteTime: null, version: 0, revision: 0 };
  validate(UserSchema, toUserMessage({ ...USER_DEFAULTS, id: "", ...input, ...nowhere }), "user.");
}
