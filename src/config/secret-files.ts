import { readFileSync } from "node:fs";
import { getSystemErrorMessage } from "node:util";
import type { Environment } from "./environment.ts";
import { ConfigError, withoutSecrets } from "./error.ts";

/** The variable that names a file with the value of a secret one, as containers mount them. */
export function fileVariable(variable: string): string {
  return `${variable}_FILE`;
}

/**
 * The value of a secret setting: that of its variable, or what is in the file that is named instead. Undefined: neither is set.
 * Throws a ConfigError.
 */
export function readSecret(variable: string, env: Environment): string | undefined {
  const path = env[fileVariable(variable)];
  if (!path) {
    return env[variable] || undefined;
  }
  if (env[variable]) {
    throw new ConfigError([`${variable} and ${fileVariable(variable)}: set one of them, not both`]);
  }
  const text = readText(variable, path).replace(/[\r\n]+$/, "");
  if (text === "") {
    throw new ConfigError([`${fileVariable(variable)}=${withoutSecrets(path)}: the file is empty`]);
  }
  return text;
}

function readText(variable: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ConfigError([`${fileVariable(variable)}=${withoutSecrets(path)}: can't be read (${reasonOf(error)})`]);
  }
}

/** Without the path, which Node puts into its messages: it may be a secret that was given in the wrong place. */
function reasonOf(error: unknown): string {
  const { code, errno }: Partial<NodeJS.ErrnoException> = error instanceof Error ? error : {};
  return code === undefined || errno === undefined ? "it is no path" : `${code}: ${getSystemErrorMessage(errno)}`;
}
