import { ConnectError } from "@connectrpc/connect";
import { type Command, Option } from "commander";
import { createRosterClient, type RosterClient } from "../../client/index.ts";
import { readSecret } from "../../config/secret-files.ts";
import { adminKeyPath, readAdminKey } from "../admin-key.ts";
import { CommandError, explain, UsageError } from "../errors.ts";
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
  options: ConnectionOptions,
  env: Environment,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const baseUrl = parseUrl(options.server || env["ROSTER_SERVER"] || DEFAULT_SERVER);
  const tls = readCertificate(options, env);
  const apiKey = givenKey(options, env) ?? (tls === undefined ? adminKey(env) : undefined);
  const { close, ...clients } = createRosterClient({ baseUrl, ...(tls && { tls }), ...(apiKey && { apiKey }) });
  try {
    const { accountId } = await clients.apiKeys.whoAmI({});
    await work({ ...clients, baseUrl, accountId: options.account || accountId });
  } catch (error) {
    throw error instanceof ConnectError ? new CommandError(explain(error, baseUrl), { cause: error }) : error;
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

function givenKey({ apiKey }: ConnectionOptions, env: Environment): string | undefined {
  return apiKey || readSecret("ROSTER_API_KEY", env);
}

function adminKey(env: Environment): string {
  const path = adminKeyPath(databaseUrlOf(env));
  const kept = path === undefined ? undefined : readAdminKey(path);
  if (kept === undefined) {
    const searched = path === undefined ? "" : ` (there is none in ${path})`;
    throw new UsageError(`no API key: give --api-key or ROSTER_API_KEY${searched}`);
  }
  return kept;
}
