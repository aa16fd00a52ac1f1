import type { Environment } from "../../config/environment.ts";
import { readSecret } from "../../config/secret-files.ts";
import { SETTINGS } from "../../config/settings.ts";

/** The database that a command is about. The flag wins over the environment. Throws a ConfigError. */
export function databaseUrlOf(env: Environment, flag?: string): string {
  const { variable, fallback } = SETTINGS.databaseUrl;
  return flag || (readSecret(variable, env) ?? fallback);
}
