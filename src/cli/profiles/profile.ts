import { messageOf } from "../../directory/values/cause.ts";
import { UsageError } from "../errors.ts";

/** What a profile remembers: which server, and as whom. Paths are absolute. */
export interface Profile {
  readonly server: string;
  /** The secret of the key itself. */
  readonly api_key?: string;
  /** A file with it, instead. */
  readonly api_key_file?: string;
  readonly account?: string;
  /** A file with the authorities that may have signed the server's certificate, PEM. */
  readonly ca?: string;
  /** Files of the client certificate to show and of its key, PEM. */
  readonly client_certificate?: string;
  readonly client_key?: string;
}

export const PROFILE_FIELDS = [
  "server",
  "account",
  "api_key",
  "api_key_file",
  "ca",
  "client_certificate",
  "client_key",
] as const satisfies ReadonlyArray<keyof Profile>;

/** It is a file's name, too. Throws a UsageError. */
export function checkProfileName(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(name)) {
    throw new UsageError(
      `a profile's name has letters, digits, dots, dashes and underscores, at most 63: not ${JSON.stringify(name)}`,
    );
  }
  return name;
}

/** The profile that the text of its file is. Throws a UsageError that says what is wrong with it. */
export function parseProfile(text: string, path: string): Profile {
  const wrong = (problem: string) =>
    new UsageError(`${path}: ${problem}; make it anew with \`roster profile add --replace\``);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw wrong(messageOf(error));
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw wrong("it is no JSON object");
  }
  for (const [name, value] of Object.entries(json)) {
    if (!PROFILE_FIELDS.some((field) => field === name) || typeof value !== "string" || value === "") {
      throw wrong(`${JSON.stringify(name)} is no field of a profile, or no text; there are ${PROFILE_FIELDS.join(", ")}`);
    }
  }
  if (!("server" in json) || typeof json.server !== "string") {
    throw wrong("it names no server");
  }
  return { ...json, server: json.server };
}
