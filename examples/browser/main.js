// Signs people in at an OpenID provider (authorization code with PKCE, RFC 7636), lists users, and shows every change as it is made.
import { createUsersClient, RosterError } from "@roster/client";

const settings = await (await fetch("settings.json")).json();
const redirectUri = `${location.origin}${location.pathname}`;
const discovery = await fetch(`${settings.issuer}/.well-known/openid-configuration`);
const provider = await discovery.json();
const [list, button] = ["ol", "button"].map((name) => document.querySelector(name));
button.addEventListener("click", signIn);

const answer = new URLSearchParams(location.search);
if (answer.has("code") && answer.get("state") === sessionStorage.state) {
  const tokens = await askForTokens({
    grant_type: "authorization_code",
    code: answer.get("code"),
    redirect_uri: redirectUri,
  });
  history.replaceState(null, "", redirectUri); // a code is good once
  await showUsers(tokens);
} else {
  show(answer.get("error") ?? "Nobody is signed in", true);
}

async function signIn() {
  Object.assign(sessionStorage, { verifier: randomText(), state: randomText() });
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(sessionStorage.verifier));
  location.href = `${provider.authorization_endpoint}?${new URLSearchParams({
    response_type: "code",
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    scope: "openid",
    state: sessionStorage.state,
    code_challenge: base64url(new Uint8Array(digest)),
    code_challenge_method: "S256",
  })}`;
}

async function askForTokens(grant) {
  const body = new URLSearchParams({ ...grant, client_id: settings.clientId, code_verifier: sessionStorage.verifier });
  const response = await fetch(provider.token_endpoint, { method: "POST", body });
  if (!response.ok) throw new Error(`the provider gives no token: ${await response.text()}`);
  return response.json();
}

/** A replica is a Map of all users that stays up to date by itself, through breaks of the connection and restarts of the server. */
async function showUsers({ access_token: accessToken }) {
  const token = async (refused) => {
    if (refused === accessToken) show("The session has ended", true);
    return accessToken;
  };
  const replica = createUsersClient({ baseUrl: settings.roster, token }).replica();
  replica.subscribe((changes) => {
    for (const { id, user } of changes) showUser(id, user);
    show(`${replica.size} users`);
  });
  try {
    await replica.ready;
    list.replaceChildren();
    for (const [id, user] of replica) showUser(id, user);
    show(`${replica.size} users`);
  } catch (error) {
    show(error instanceof RosterError ? `${error.reason}: ${error.message}` : String(error), true);
  }
}

function showUser(id, user) {
  const row = document.getElementById(id) ?? Object.assign(document.createElement("li"), { id });
  if (user === undefined) return row.remove();
  row.textContent = [user.displayName, user.email, user.externalId, id].find(Boolean); // never as HTML: people choose their names
  if (!row.isConnected) list.append(row);
}

function show(text, mayActivate = false) {
  document.querySelector("[role=status]").textContent = text;
  button.hidden = !mayActivate;
}

function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}
