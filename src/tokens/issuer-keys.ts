import { isDeepStrictEqual } from "node:util";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import type { Log } from "../log.ts";
import type { Issuer } from "./issuer.ts";

/** The issuer can't be asked for its keys, and the one that is needed is not known. */
export class IssuerUnreachable extends Error {
  override readonly name = "IssuerUnreachable";
}

/** Keys are fetched anew when they are older, so that one that the issuer has withdrawn ends. Nobody waits for that. */
const REFRESH_MS = 600_000;
/** A key that is not known makes them be fetched, too, but not more often than this. */
const COOL_DOWN_MS = 10_000;
/** After a failure nobody asks again for so long. */
const FAILURE_PAUSE_MS = 1_000;
const TIMEOUT_MS = 5_000;

/**
 * Finds the public key of an issuer that a token names. Known keys stay while the issuer can't be reached. Throws
 * IssuerUnreachable, or jose's JWKSNoMatchingKey if the issuer has no such key. `now` gives milliseconds that never go back;
 * `onWithdrawal` is called when a key that was known is no longer among them.
 */
export function issuerKeys(
  { keys, url }: Pick<Issuer, "keys" | "url">,
  log: Log,
  now = () => performance.now(),
  onWithdrawal = () => {},
): JWTVerifyGetKey {
  if (keys.kind === "inline") {
    return createLocalJWKSet(keys.keys);
  }
  let known: JWTVerifyGetKey | undefined;
  let keySet: JSONWebKeySet | undefined;
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let failedAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;
  let place = keys.kind === "remote" ? keys.url : undefined;

  async function fetchKeys(): Promise<void> {
    try {
      place ??= await discover(url);
      const fetched = (await fetchJson(place)) as JSONWebKeySet;
      known = createLocalJWKSet(fetched);
      fetchedAt = now();
      const before = keySet;
      keySet = fetched;
      if (before !== undefined && lacksOne(fetched, before)) onWithdrawal();
    } catch (error) {
      failedAt = now();
      log.warn({ issuer: url, cause: describe(error) }, "the keys of an issuer can't be fetched");
      throw new IssuerUnreachable("the keys of the issuer can't be fetched", { cause: error });
    }
  }

  function fetchOnce(): Promise<void> {
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined;
    });
    return fetching;
  }

  const since = (time: number) => now() - time;

  return async (header, token) => {
    try {
      if (known !== undefined) {
        const key = await known(header, token);
        if (since(fetchedAt) > REFRESH_MS && since(failedAt) > FAILURE_PAUSE_MS) fetchOnce().catch(() => {});
        return key;
      }
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || since(fetchedAt) < COOL_DOWN_MS) throw error;
    }
    if (since(failedAt) < FAILURE_PAUSE_MS) {
      throw new IssuerUnreachable("the issuer could not be reached a moment ago");
    }
    await fetchOnce();
    return (known ?? noKeys)(header, token);
  };
}

function lacksOne({ keys }: JSONWebKeySet, before: JSONWebKeySet): boolean {
  return before.keys.some((key) => !keys.some((other) => isDeepStrictEqual(key, other)));
}

/** Where an issuer has its keys (OpenID Connect Discovery 1.0, section 4). */
async function discover(url: string): Promise<string> {
  const document = (await fetchJson(`${url.replace(/\/$/, "")}/.well-known/openid-configuration`)) as Partial<
    Record<"issuer" | "jwks_uri", unknown>
  >;
  if (document.issuer !== url) {
    throw new Error(`the discovery document is of issuer ${JSON.stringify(document.issuer)}`);
  }
  if (typeof document.jwks_uri !== "string") {
    throw new Error("the discovery document has no jwks_uri");
  }
  return document.jwks_uri;
}

async function fetchJson(url: string): Promise<object> {
  const response = await fetch(url, {
    headers: { accept: "application/json" },
    redirect: "error",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (response.status !== 200) {
    throw new Error(`HTTP status ${response.status} from ${url}`);
  }
  const document: unknown = await response.json();
  if (typeof document !== "object" || document === null) {
    throw new Error(`no JSON object from ${url}`);
  }
  return document;
}

async function noKeys(): Promise<never> {
  throw new errors.JWKSNoMatchingKey();
}

function describe(error: unknown): string {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
