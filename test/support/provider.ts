import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";
import { onTestFinished } from "vitest";
import { AUDIENCE } from "./issuer.ts";

export const CLIENT_ID = "page";
/** The one who signs in: there is nobody else. */
export const SUBJECT = "ada";

/** A real OpenID provider on this machine, which signs everybody in at once. Its access tokens are JWTs for Roster. */
export async function startProvider(redirectUri: string): Promise<{ url: string }> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  const provider = new Provider(url, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: "ES256", use: "sig", kid: "1" }] },
    clients: [
      {
        client_id: CLIENT_ID,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: "none",
        application_type: "native",
        id_token_signed_response_alg: "ES256",
      },
    ],
    clientBasedCORS: () => true,
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "https://roster.example",
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "",
          audience: AUDIENCE,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
    cookies: { keys: ["a key for cookies of this test"] },
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 60, IdToken: 60, Interaction: 60, Session: 60 },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
  });
  const callback = provider.callback();
  server.on("request", async (request, response) => {
    if (!request.url?.startsWith("/interaction/")) {
      callback(request, response);
      return;
    }
    const { grantId, params } = await provider.interactionDetails(request, response);
    const grant = grantId
      ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: SUBJECT, clientId: String(params["client_id"]) });
    grant?.addOIDCScope("openid");
    grant?.addResourceScope("https://roster.example", "");
    const result = { login: { accountId: SUBJECT }, consent: { grantId: (await grant?.save()) ?? "" } };
    await provider.interactionFinished(request, response, result);
  });
  return { url };
}
