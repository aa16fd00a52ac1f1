import { ConnectError } from "@connectrpc/connect";
import { createRosterClient, type RosterClient, type WhoAmIResponse } from "@roster/client";
import { type Command, Option } from "commander";
import type { Environment } from "../../config/environment.ts";
import { toCommandError } from "../terminal/advice.ts";
import { addCertificateOptions } from "./client-certificate.ts";
import { warnOfOtherVersion } from "./server-version.ts";
import { DEFAULT_SERVER, findTarget, type Target, type TargetOptions } from "./target.ts";

export type { Environment } from "../../config/environment.ts";

/** What `addConnectionOptions` adds. */
export type ConnectionOptions = TargetOptions;

export interface Connection extends Omit<RosterClient, "close"> {
  readonly baseUrl: string;
  readonly target: Target;
  readonly caller: WhoAmIResponse;
  /** The account that the command is about. */
  readonly accountId: string;
}

/** The options of every command that calls a server about an account. */
export function addConnectionOptions(command: Command): Command {
  return addServerOptions(command).addOption(new Option("--account <id>", "the account (default: the key's)"));
}

/** The options of every command that calls a server. */
export function addServerOptions(command: Command): Command {
  return addCertificateOptions(command)
    .addOption(
      new Option(
        "--profile <profile>",
        "what `roster profile add` remembers (env: ROSTER_PROFILE, default: that of `roster profile use`)",
      ),
    )
    .addOption(new Option("--server <url>", `the server (env: ROSTER_SERVER, default: ${DEFAULT_SERVER})`))
    .addOption(new Option("--ca <file>", "who may have signed the server's certificate, PEM (env: ROSTER_SERVER_CA)"))
    .addOption(
      new Option(
        "--api-key <secret>",
        "the key to call with (env: ROSTER_API_KEY or ROSTER_API_KEY_FILE, default: admin.key beside the database of ROSTER_DATABASE_URL, unless a profile or a certificate is there)",
      ),
    );
}

/** Connects, runs the work, and disconnects. What the server refuses becomes a CommandError. */
export async function withConnection(
  options: ConnectionOptions & { readonly filter?: string },
  env: Environment,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const target = findTarget(options, env);
  const { baseUrl, tls, key, keySource, account } = target;
  const { close, ...clients } = createRosterClient({
    baseUrl,
    ...(tls && { tls }),
    ...(key !== undefined && { apiKey: key }),
    // Whoever is at a terminal is told at once, and ends what takes too long.
    retry: false,
    timeoutMs: 0,
  });
  try {
    const [caller] = await Promise.all([clients.apiKeys.whoAmI({}), warnOfOtherVersion(clients)]);
    await work({ ...clients, baseUrl, target, caller, accountId: account || caller.accountId });
  } catch (error) {
    throw error instanceof ConnectError ? toCommandError(error, { baseUrl, keySource, filter: options.filter }) : error;
  } finally {
    close();
  }
}
