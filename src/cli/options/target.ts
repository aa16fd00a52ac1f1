import { readFileSync } from "node:fs";
import type { ClientTls } from "@roster/client";
import type { Environment } from "../../config/environment.ts";
import { checkCertificates } from "../../config/parse.ts";
import { readSecret } from "../../config/secret-files.ts";
import { systemCode } from "../../directory/values/cause.ts";
import { adminKeyPath, readAdminKey } from "../admin-key.ts";
import { UsageError } from "../errors.ts";
import type { Profile } from "../profiles/profile.ts";
import { ProfileStore } from "../profiles/store.ts";
import { type CertificateOptions, readCertificate, readPem } from "./client-certificate.ts";
import { databaseUrlOf } from "./database-url.ts";

/** What says which server a command calls, and as whom. */
export interface TargetOptions extends CertificateOptions {
  readonly profile?: string;
  readonly server?: string;
  readonly ca?: string;
  readonly apiKey?: string;
  readonly account?: string;
}

/** Which server, and as whom. */
export interface Target {
  readonly baseUrl: string;
  readonly tls: ClientTls | undefined;
  /** Undefined: the client certificate stands for one. */
  readonly key: string | undefined;
  /** Where the key is from. */
  readonly keySource: string;
  readonly account: string | undefined;
  /** The name of the profile that had a say. */
  readonly profile: string | undefined;
}

export const DEFAULT_SERVER = "http://127.0.0.1:8080";

/** Flags go before the environment, the environment before the profile, the profile before defaults. Throws a UsageError. */
export function findTarget(options: TargetOptions, env: Environment): Target {
  const chosen = chooseProfile(options, env);
  const baseUrl = parseUrl(options.server || env["ROSTER_SERVER"] || chosen?.profile.server || DEFAULT_SERVER);
  // A key is shown to the server that it is for, and to no other.
  const ours = chosen !== undefined && isSameServer(baseUrl, chosen.profile.server);
  if (options.profile && !ours && !options.server) {
    process.stderr.write(
      `ROSTER_SERVER goes before the server of profile ${options.profile}, and nothing of the profile is used\n`,
    );
  }
  const profile = ours ? chosen : undefined;
  const tls = tlsOf(options, env, profile?.profile);
  const { key, source } = findKey(options, env, profile, tls?.certificate !== undefined, chosen);
  const account = options.account || profile?.profile.account;
  return { baseUrl, tls, key, keySource: source, account, profile: profile?.name };
}

export function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError(`the server ${JSON.stringify(text)} must be a URL, for example ${DEFAULT_SERVER}`);
  }
  return text;
}

/** The authorities in the file. Throws a UsageError. */
export function readAuthorities(path: string): string {
  return readPem(path, "certificate", checkCertificates);
}

/** The key in the file. Throws a UsageError. */
export function readKeyFile(path: string): string {
  try {
    const key = readFileSync(path, "utf8").trim();
    if (key !== "") {
      return key;
    }
  } catch (error) {
    throw new UsageError(`can't read the key in ${path}: ${systemCode(error) ?? String(error)}`);
  }
  throw new UsageError(`there is no key in ${path}: it is empty`);
}

interface Chosen {
  readonly name: string;
  readonly profile: Profile;
}

function chooseProfile(options: TargetOptions, env: Environment): Chosen | undefined {
  const profiles = new ProfileStore(env);
  const name = options.profile || env["ROSTER_PROFILE"] || profiles.used();
  return name === undefined ? undefined : { name, profile: profiles.get(name) };
}

function isSameServer(one: string, other: string): boolean {
  return URL.canParse(other) && new URL(one).href === new URL(other).href;
}

function tlsOf(options: TargetOptions, env: Environment, profile: Profile | undefined): ClientTls | undefined {
  const ca = options.ca || env["ROSTER_SERVER_CA"] || profile?.ca;
  const given = readCertificate(options, env);
  const { client_certificate: clientCertificate, client_key: clientKey } = profile ?? {};
  const remembered = clientCertificate && clientKey ? readCertificate({ clientCertificate, clientKey }, {}) : undefined;
  const certificate = given ?? remembered;
  return ca || certificate ? { ...certificate, ...(ca && { ca: readAuthorities(ca) }) } : undefined;
}

interface FoundKey {
  readonly key: string | undefined;
  readonly source: string;
}

function findKey(
  { apiKey }: TargetOptions,
  env: Environment,
  ours: Chosen | undefined,
  hasCertificate: boolean,
  chosen: Chosen | undefined,
): FoundKey {
  if (apiKey) {
    return { key: apiKey, source: "--api-key" };
  }
  const given = readSecret("ROSTER_API_KEY", env);
  if (given !== undefined) {
    return { key: given, source: env["ROSTER_API_KEY"] ? "ROSTER_API_KEY" : "ROSTER_API_KEY_FILE" };
  }
  const { api_key: key, api_key_file: path } = ours?.profile ?? {};
  if (key || path) {
    return { key: key ?? readKeyFile(path ?? ""), source: `profile ${ours?.name}` };
  }
  if (hasCertificate) {
    return { key: undefined, source: "the client certificate" };
  }
  return chosen === undefined ? findAdminKey(env) : refuseWithoutKey(chosen, ours !== undefined);
}

/** The key that a server on this machine has kept is not for the servers of profiles. */
function refuseWithoutKey({ name, profile }: Chosen, isOurs: boolean): never {
  const reason = isOurs ? `profile ${name} has none` : `that of profile ${name} is for ${profile.server}`;
  throw new UsageError(`no API key: give --api-key or ROSTER_API_KEY (${reason})`);
}

function findAdminKey(env: Environment): FoundKey {
  const path = adminKeyPath(databaseUrlOf(env));
  const key = path === undefined ? undefined : readAdminKey(path);
  if (path === undefined || key === undefined) {
    const searched = path === undefined ? "" : ` (there is none in ${path})`;
    throw new UsageError(
      `no API key: give --api-key or ROSTER_API_KEY${searched}\nnext: \`roster profile add NAME --server URL\` remembers a server and its key`,
    );
  }
  return { key, source: path };
}
