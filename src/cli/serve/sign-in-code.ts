import type { Config } from "../../config/load.ts";
import { SignInCode } from "../../server/console/sign-in-code.ts";
import { adminKeyPath, readAdminKey } from "../admin-key.ts";
import { consoleFolder } from "./console.ts";

/**
 * A code by which whoever has started the server gets into the console: on the start that has made the first key, and on later ones where a
 * person looks on and the key is at hand. Not for a key that came in by the environment: logs need not know it.
 */
export function signInCode(config: Config, firstSecret: string | undefined, isTerminal: boolean): SignInCode | undefined {
  const { databaseUrl, bootstrapKey } = config;
  if (consoleFolder(config) === undefined || bootstrapKey !== undefined) {
    return undefined;
  }
  const path = adminKeyPath(databaseUrl);
  const secret = firstSecret ?? (isTerminal && path !== undefined ? readAdminKey(path) : undefined);
  return secret === undefined ? undefined : new SignInCode(secret);
}
