import { SignJWT } from "jose";
import type { TokenVerifier } from "../../src/directory/keys/bearer-token.ts";
import { createLog } from "../../src/log.ts";
import { issuerKeys } from "../../src/tokens/issuer-keys.ts";
import { parseIssuers } from "../../src/tokens/issuers-file.ts";
import { verifyTokens } from "../../src/tokens/verifier.ts";
import { AUDIENCE, type SigningKey, signingKey } from "./issuer.ts";

/** An issuer whose public key stands in the issuers file: nobody asks it for anything. */
export interface OfflineIssuer {
  /** The text of an issuers file that trusts it, with these settings. */
  file(settings?: object): string;
  /** A token that is good for an hour. */
  token(claims?: Readonly<Record<string, unknown>>): Promise<string>;
}

const URL = "https://login.example.com";

export async function offlineIssuer(): Promise<OfflineIssuer> {
  const key = await signingKey("only");
  return { file: (settings = {}) => JSON.stringify(fileOf(key, settings)), token: (claims) => sign(key, claims) };
}

/** Proves tokens as a server with this issuers file does. */
export function verifierOf(file: string): TokenVerifier {
  const log = createLog("silent");
  const verify = verifyTokens(parseIssuers(file), (issuer) => issuerKeys(issuer, log));
  return { verify, onChange: () => {} };
}

function fileOf({ publicJwk }: SigningKey, settings: object) {
  const least = { issuer: URL, audiences: [AUDIENCE], account: "default", user: { id: "sub" } };
  return { issuers: [{ ...least, jwks: { keys: [publicJwk] }, ...settings }] };
}

function sign({ alg, kid, privateKey }: SigningKey, claims: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const payload = { iss: URL, aud: AUDIENCE, sub: "ada", exp: Math.floor(Date.now() / 1000) + 3600, ...claims };
  return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(privateKey);
}
