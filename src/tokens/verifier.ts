import { decodeJwt, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from "jose";
import { issuerUnavailable, type TokenIdentity, tokenInvalid, type VerifyToken } from "../directory/keys/bearer-token.ts";
import { accountOf, assertRequiredClaims, newUserOf, roleOf, userKeyOf } from "./claims.ts";
import type { Issuer } from "./issuer.ts";
import { IssuerUnreachable } from "./issuer-keys.ts";

/** Longer ones are not even looked into. */
const MAX_TOKEN_LENGTH = 16_384;

interface TrustedIssuer extends Issuer {
  readonly findKey: JWTVerifyGetKey;
}

/** Proves tokens of these issuers. Why one is refused is the cause of the error; it has nothing of the token. */
export function verifyTokens(issuers: readonly Issuer[], keysOf: (issuer: Issuer) => JWTVerifyGetKey): VerifyToken {
  const trusted = new Map<string, TrustedIssuer>(
    issuers.map((issuer) => [issuer.url, { ...issuer, findKey: keysOf(issuer) }]),
  );
  return async (token) => {
    try {
      const issuer = trusted.get(issuerNamedBy(token));
      if (issuer === undefined) {
        throw new Error("the token is of no trusted issuer");
      }
      return toIdentity(await claimsOf(token, issuer), issuer);
    } catch (error) {
      if (error instanceof IssuerUnreachable) {
        throw issuerUnavailable(error);
      }
      throw tokenInvalid(error instanceof errors.JWTExpired ? "token_expired" : "token_untrusted", error);
    }
  };
}

/** Nothing of it is proven yet. */
function issuerNamedBy(token: string): string {
  if (token.length > MAX_TOKEN_LENGTH) {
    throw new Error(`the token is longer than ${MAX_TOKEN_LENGTH} characters`);
  }
  return decodeJwt(token).iss ?? "";
}

async function claimsOf(token: string, issuer: TrustedIssuer): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, issuer.findKey, {
    issuer: issuer.url,
    audience: [...issuer.audiences],
    algorithms: [...issuer.algorithms],
    clockTolerance: issuer.clockToleranceSeconds,
    requiredClaims: ["exp", "sub"],
  });
  return payload;
}

function toIdentity(claims: JWTPayload, issuer: Issuer): TokenIdentity {
  assertRequiredClaims(claims, issuer);
  return {
    issuer: issuer.url,
    subject: String(claims.sub),
    expireTime: (Number(claims.exp) + issuer.clockToleranceSeconds) * 1_000_000,
    accountId: accountOf(claims, issuer),
    role: roleOf(claims, issuer),
    user: { kind: issuer.user.kind, key: userKeyOf(claims, issuer) },
    newUser: newUserOf(claims, issuer),
  };
}
