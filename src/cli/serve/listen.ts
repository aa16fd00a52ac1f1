import type { Config } from "../../config/load.ts";
import { systemCode } from "../../directory/values/cause.ts";
import type { Log } from "../../log.ts";
import { type RosterServer, type ServerOptions, startServer } from "../../server/server.ts";
import { CommandError } from "../errors.ts";
import { consoleFolder } from "./console.ts";
import { trustIssuers } from "./issuers.ts";
import type { Directory } from "./open-directory.ts";

/** Serves the directory on the ports that are configured. Throws a CommandError if it can't listen there. */
export async function listen(
  config: Config & Pick<ServerOptions, "prunes" | "meter" | "rateLimiter" | "tracer" | "signInCode">,
  { store, sources }: Directory,
  log: Log,
): Promise<RosterServer> {
  const { httpAddress, grpcAddress, tls } = config;
  const issuers = await trustIssuers(config, log);
  const options = {
    ...config,
    tokens: issuers,
    consoleFolder: consoleFolder(config),
    consoleSignIns: issuers?.signIns,
    logCalls: { mode: config.logCalls, slowMs: config.slowCallMs },
    limits: {
      perKey: config.keyRateLimit,
      perToken: config.tokenRateLimit,
      perAccount: config.accountRateLimit,
      failuresPerAddress: config.authFailureLimit,
    },
    store,
    now: sources.clock,
    log,
    http: { ...httpAddress, tls },
    grpc: grpcAddress && { ...grpcAddress, tls },
    scim: config.scim ? { userName: config.scimUserName } : undefined,
  };
  const server = await startServer(options).catch((error: unknown) => {
    issuers?.close();
    throw explainListenError(error);
  });
  const stop = async () => {
    await server.stop();
    issuers?.close();
  };
  return { ...server, stop };
}

/** If the error says that a server can't listen, a CommandError that says so in one line; else the error itself. */
export function explainListenError(error: unknown): unknown {
  const code = systemCode(error);
  return code === undefined ? error : new CommandError(`can't listen on ${addressOf(error)}: ${REASONS[code] ?? code}`);
}

/** Where it could not listen. */
function addressOf(error: unknown): string {
  const { hostname, address, port } = Object.assign({}, error) as Partial<Record<string, unknown>>;
  return hostname === undefined ? `${String(address)}:${String(port)}` : String(hostname);
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is taken",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "this user may not listen on that port",
  ENOTFOUND: "there is no such host",
};
