import { ConnectError } from "@connectrpc/connect";
import { type Command, Option } from "commander";
import { createRosterClient, type RosterClient, type WhoAmIResponse } from "../../client/index.ts";
import { readSecret } from "../../config/secret-files.ts";
import { adminKeyPath, readAdminKey } from "../admin-key.ts";
import { UsageError } from "../errors.ts";
import { toCommandError } from "../terminal/advice.ts";
import { addCertificateOptions, type CertificateOptions, readCertificate } from "./client-certificate.ts";
import { databaseUrlOf } from "./database-url.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What `addConnectionOptions` adds. */
export interface ConnectionOptions extends CertificateOptions {
  readonly server?: string;
  readonly apiKey?: string;
  readonly account?: string;
}

export interface Connection extends Omit<RosterClient, "close"> {
  readonly baseUrl: string;
  readonly caller: WhoAmIResponse;
  /** The account that the command is about. */
  readonly accountId: string;
}

const DEFAULT_SERVER = "http://127.0.0.1:8080";

/** The options of every command that calls a server about an account. */
export function addConnectionOptions(command: Command): Command {
  return addServerOptions(command).addOption(new Option("--account <id>", "the account (default: the key's)"));
}

/** The options of every command that calls a server. */
export function addServerOptions(command: Command): Command {
  return addCertificateOptions(command)
    .addOption(new Option("--server <url>", `the server (env: ROSTER_SERVER, default: ${DEFAULT_SERVER})`))
    .addOption(
      new Option(
        "--api-key <secret>",
        "the key to call with (env: ROSTER_API_KEY or ROSTER_API_KEY_FILE, default: admin.key beside the database of ROSTER_DATABASE_URL, unless a certificate is shown)",
      ),
    );
}

/** Connects, runs the work, and disconnects. What the server refuses becomes a CommandError. */
export async function withConnection(
  options: ConnectionOptions & { readonly filter?: string },
  env: Environment,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const baseUrl = parseUrl(options.server || env["ROSTER_SERVER"] || DEFAULT_SERVER);
  const tls = readCertificate(options, env);
  const { key, source } = findKey(options, env, tls !== undefined);
  const { close, ...clients } = createRosterClient({
    baseUrl,
    ...(tls && { tls }),
    ...(key !== undefined && { apiKey: key }),
  });
  try {
    const caller = await clients.apiKeys.whoAmI({});
    await work({ ...clients, baseUrl, caller, accountId: options.account || caller.accountId });
  } catch (error) {
    throw error instanceof ConnectError
      ? toCommandError(error, { baseUrl, keySource: source, filter: options.filter })
      : error;
  } finally {
    close();
  }
}

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new UsageError(`the server ${JSON.stringify(text)} must be a URL, for example ${DEFAULT_SERVER}`);
  }
  return text;
}

interface FoundKey {
  /** Absent: a certificate stands for it. */
  readonly key?: string;
  readonly source: string;
}

function findKey({ apiKey }: ConnectionOptions, env: Environment, hasCertificate: boolean): FoundKey {
  if (apiKey) {
    return { key: apiKey, source: "--api-key" };
  }
  const given = readSecret("ROSTER_API_KEY", env);
  if (given !== undefined) {
    return { key: given, source: env["ROSTER_API_KEY"] ? "ROSTER_API_KEY" : "ROSTER_API_KEY_FILE" };
  }
  return hasCertificate ? { source: "the client certificate" } : findAdminKey(env);
}

function findAdminKey(env: Environment): FoundKey {
  const path = adminKeyPath(databaseUrlOf(env));
  const key = path === undefined ? undefined : readAdminKey(path);
  if (path === undefined || key === undefined) {
    const searched = path === undefined ? "" : ` (there is none in ${path})`;
    throw new UsageError(`no API key: give --api-key or ROSTER_API_KEY${searched}`);
  }
  return { key, source: path };
}
