// A page that signs its user in (OAuth 2.0 authorization code with PKCE, RFC 7636), then calls Roster with the token, by Connect-Web.
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";

const { issuer, clientId, roster } = Object.fromEntries(
  new URLSearchParams(location.hash.slice(1) || sessionStorage.settings),
);
const redirectUri = `${location.origin}/`;
const code = new URLSearchParams(location.search).get("code");

show(code === null ? await signIn() : await useToken(await redeem(code)));

async function signIn() {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  Object.assign(sessionStorage, { verifier, settings: new URLSearchParams({ issuer, clientId, roster }) });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const { authorization_endpoint: endpoint } = await discover();
  location.href = `${endpoint}?${new URLSearchParams({
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: "openid",
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  })}`;
  return "signing in";
}

async function redeem(code) {
  const { token_endpoint: endpoint } = await discover();
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: clientId,
    redirect_uri: redirectUri,
    code,
    code_verifier: sessionStorage.verifier,
  });
  return (await (await fetch(endpoint, { method: "POST", body })).json()).access_token;
}

async function useToken(token) {
  const authorize = (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
  const answers = {};
  for (const [name, create] of Object.entries({ connect: createConnectTransport, grpcWeb: createGrpcWebTransport })) {
    const transport = create({ baseUrl: roster, interceptors: [authorize], useHttpGet: true });
    const { user, token: caller } = await createClient(ApiKeyService, transport).whoAmI({});
    const refusal = await createClient(UserService, transport)
      .purgeUser({ id: "nobody" })
      .catch((error) => error.rawMessage);
    answers[name] = { externalId: user?.externalId, subject: caller?.subject, refusal };
  }
  return JSON.stringify(answers);
}

async function discover() {
  return (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
}

function show(text) {
  document.body.textContent = text;
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
