import { randomText, sha256 } from "./pkce.ts";

/** An identity provider at which people sign in, as the server tells. */
export interface SignInProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly name: string;
}

interface Discovery {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

/** What must be remembered while the page is at the provider: of this tab, and for one sign-in. */
interface Pending extends SignInProvider {
  readonly state: string;
  readonly verifier: string;
  readonly tokenEndpoint: string;
  /** The place in the console that was asked for. */
  readonly hash: string;
}

const NAME = "roster.sign-in";

export async function signInProviders(): Promise<readonly SignInProvider[]> {
  try {
    const response = await fetch("console/sign-ins.json");
    return response.ok ? await response.json() : [];
  } catch {
    return [];
  }
}

/** Leaves for the provider: the authorization code flow with PKCE. */
export async function leaveFor(provider: SignInProvider): Promise<void> {
  const { authorization_endpoint, token_endpoint } = await discover(provider.issuer);
  const [state, verifier] = [randomText(), randomText()];
  const pending: Pending = { ...provider, state, verifier, tokenEndpoint: token_endpoint, hash: location.hash };
  sessionStorage.setItem(NAME, JSON.stringify(pending));
  const query = {
    response_type: "code",
    client_id: provider.clientId,
    redirect_uri: redirectUri(),
    scope: provider.scope,
    state,
    code_challenge: await sha256(verifier),
    code_challenge_method: "S256",
  };
  const target = new URL(authorization_endpoint);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  location.assign(target);
}

/** The token, if the page has just come back from a provider. Throws an Error that says why there is none. */
export async function tokenOnReturn(): Promise<string | undefined> {
  const answer = new URLSearchParams(location.search);
  const stored = sessionStorage.getItem(NAME);
  if (stored === null || !(answer.has("code") || answer.has("error"))) return undefined;
  sessionStorage.removeItem(NAME);
  const pending: Pending = JSON.parse(stored);
  history.replaceState(undefined, "", redirectUri() + pending.hash);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
  if (answer.get("state") !== pending.state) throw new Error("This answer belongs to another sign-in. Try again.");
  if (answer.has("error"))
    throw new Error(`${pending.name} says: ${answer.get("error_description") ?? answer.get("error")}`);
  return exchange(pending, answer.get("code") ?? "");
}

async function exchange({ tokenEndpoint, clientId, verifier, name }: Pending, code: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: clientId,
    redirect_uri: redirectUri(),
    code,
    code_verifier: verifier,
  });
  const response = await fetch(tokenEndpoint, { method: "POST", body }).catch(() => undefined);
  const answer: { readonly access_token?: string } = (await response?.json().catch(() => ({}))) ?? {};
  if (answer.access_token === undefined) throw new Error(`${name} gave no token.`);
  return answer.access_token;
}

async function discover(issuer: string): Promise<Discovery> {
  const response = await fetch(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`).catch(() => undefined);
  if (!response?.ok) throw new Error("The identity provider can't be reached.");
  return response.json();
}

function redirectUri(): string {
  return location.origin + location.pathname;
}
