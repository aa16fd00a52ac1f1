import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { onTestFinished } from "vitest";

type Algorithm = "ES256" | "ES384" | "RS256" | "EdDSA";

/** A key pair of an issuer. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly publicJwk: JWK;
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>["privateKey"];
}

export async function signingKey(kid: string, alg: Algorithm = "ES256"): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: "sig" } };
}

/** An identity provider on this machine: a discovery document, keys, and tokens. */
export interface TestIssuer {
  readonly url: string;
  /** What its document lists now. */
  keys: SigningKey[];
  /** Whether it answers. */
  reachable: boolean;
  /** How often its keys were fetched. */
  fetches(): number;
  /** A token that is good for a minute, signed with the first key. Claims that are undefined are left out. */
  token(claims?: Readonly<Record<string, unknown>>, options?: { key?: SigningKey }): Promise<string>;
}

export const AUDIENCE = "roster";

/** Ends with the test. */
export async function startIssuer(): Promise<TestIssuer> {
  let fetches = 0;
  const server = createServer(({ url }, response) => {
    if (!issuer.reachable) {
      response.destroy();
    } else if (url === "/.well-known/openid-configuration") {
      json(response, { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` });
    } else {
      fetches += 1;
      json(response, { keys: issuer.keys.map(({ publicJwk }) => publicJwk) });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const issuer: TestIssuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    keys: [await signingKey("first")],
    reachable: true,
    fetches: () => fetches,
    async token(claims = {}, { key = issuer.keys[0] } = {}) {
      if (key === undefined) throw new Error("the issuer has no key");
      const now = Math.floor(Date.now() / 1000);
      const payload = { iss: issuer.url, aud: AUDIENCE, sub: "ada", iat: now, exp: now + 60, ...claims };
      return new SignJWT(JSON.parse(JSON.stringify(payload)))
        .setProtectedHeader({ alg: key.alg, kid: key.kid })
        .sign(key.privateKey);
    },
  };
  return issuer;
}

function json(response: ServerResponse, body: object): void {
  response.setHeader("content-type", "application/json").end(JSON.stringify(body));
}
