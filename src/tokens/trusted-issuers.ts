import { unwatchFile, watchFile } from "node:fs";
import type { JWTVerifyGetKey } from "jose";
import type { TokenVerifier } from "../directory/keys/bearer-token.ts";
import type { Log } from "../log.ts";
import type { ConsoleClient, Issuer } from "./issuer.ts";
import { issuerKeys } from "./issuer-keys.ts";
import { readIssuersFile } from "./issuers-file.ts";
import { verifyTokens } from "./verifier.ts";

export interface TrustedIssuers extends TokenVerifier {
  /** The issuers at which people sign in to the console, as the file is now. */
  readonly signIns: () => ReadonlyArray<ConsoleClient & { readonly issuer: string }>;
  close(): void;
}

/** How soon a change of the file is seen. By its time and size, so that files that are replaced by links count, as containers mount them. */
const WATCH_INTERVAL_MS = 2_000;

/**
 * Trusts the issuers of the file, and reads it again when it changes and on SIGHUP. A file that is wrong by then is logged, and what
 * was read before stays. Throws an IssuersFileError for one that is wrong at the start.
 */
export function openTrustedIssuers(path: string, log: Log): TrustedIssuers {
  const listeners: Array<() => void> = [];
  const distrust = () => {
    for (const listener of listeners) listener();
  };
  const keys = rememberKeys(log, distrust);
  let issuers = readIssuersFile(path);
  let verify = verifyTokens(issuers, keys);

  function reload(): void {
    try {
      issuers = readIssuersFile(path);
      verify = verifyTokens(issuers, keys);
      distrust();
      log.info({ file: path, issuers: issuers.map(({ url }) => url) }, "the issuers file has been read again");
    } catch (error) {
      log.error({ file: path, cause: String(error) }, "the issuers file is wrong; the issuers before it stay");
    }
  }

  watchFile(path, { interval: WATCH_INTERVAL_MS, persistent: false }, reload);
  process.on("SIGHUP", reload);
  return {
    verify: (token) => verify(token),
    signIns: () => issuers.flatMap(({ url, console }) => (console === undefined ? [] : [{ issuer: url, ...console }])),
    onChange: (listener) => void listeners.push(listener),
    close() {
      unwatchFile(path, reload);
      process.off("SIGHUP", reload);
    },
  };
}

/** The keys of an issuer that is described as before stay known: it may be out of reach when the file changes. */
function rememberKeys(log: Log, onWithdrawal: () => void): (issuer: Issuer) => JWTVerifyGetKey {
  const known = new Map<string, JWTVerifyGetKey>();
  return ({ url, keys }) => {
    const description = JSON.stringify([url, keys]);
    const found = known.get(description) ?? issuerKeys({ url, keys }, log, undefined, onWithdrawal);
    known.set(description, found);
    return found;
  };
}
