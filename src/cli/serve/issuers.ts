import { ConfigError } from "../../config/error.ts";
import type { Config } from "../../config/load.ts";
import type { Log } from "../../log.ts";
import type { TrustedIssuers } from "../../tokens/trusted-issuers.ts";

/** Trusts the issuers of the file that is configured, if one is. Throws a ConfigError that names every mistake in it. */
export async function trustIssuers(
  { issuersFile }: Pick<Config, "issuersFile">,
  log: Log,
): Promise<TrustedIssuers | undefined> {
  if (issuersFile === undefined) {
    return undefined;
  }
  // Only servers that take tokens load what verifies them.
  const { openTrustedIssuers, IssuersFileError } = await import("../../tokens/trusted-issuers.ts");
  try {
    return openTrustedIssuers(issuersFile, log);
  } catch (error) {
    throw error instanceof IssuersFileError
      ? new ConfigError(error.message.split("\n").map((mistake) => `ROSTER_ISSUERS=${issuersFile}: ${mistake}`))
      : error;
  }
}
