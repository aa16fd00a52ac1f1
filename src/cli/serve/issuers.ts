import { ConfigError } from "../../config/error.ts";
import type { Config } from "../../config/load.ts";
import type { Log } from "../../log.ts";
import type { TrustedIssuers } from "../../tokens/trusted-issuers.ts";

/** Throws a ConfigError that names every mistake in the issuers file, if one is configured. */
export async function checkIssuers({ issuersFile }: Pick<Config, "issuersFile">): Promise<void> {
  if (issuersFile !== undefined) {
    const { readIssuersFile } = await import("../../tokens/issuers-file.ts");
    await asConfigError(issuersFile, () => readIssuersFile(issuersFile));
  }
}

/** Trusts the issuers of the file that is configured, if one is. Throws a ConfigError that names every mistake in it. */
export async function trustIssuers(
  { issuersFile }: Pick<Config, "issuersFile">,
  log: Log,
): Promise<TrustedIssuers | undefined> {
  if (issuersFile === undefined) {
    return undefined;
  }
  // Only servers that take tokens load what verifies them.
  const { openTrustedIssuers } = await import("../../tokens/trusted-issuers.ts");
  return asConfigError(issuersFile, () => openTrustedIssuers(issuersFile, log));
}

/** Runs what reads the issuers file. */
async function asConfigError<T>(file: string, read: () => T): Promise<T> {
  const { IssuersFileError } = await import("../../tokens/issuers-file.ts");
  try {
    return read();
  } catch (error) {
    throw error instanceof IssuersFileError
      ? new ConfigError(error.message.split("\n").map((mistake) => `ROSTER_ISSUERS=${file}: ${mistake}`))
      : error;
  }
}
