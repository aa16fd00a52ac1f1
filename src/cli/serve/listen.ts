import type { Config } from "../../config/load.ts";
import type { Log } from "../../log.ts";
import { type RosterServer, type ServerOptions, startServer } from "../../server/server.ts";
import { CommandError, systemCode } from "../errors.ts";
import { trustIssuers } from "./issuers.ts";
import type { Directory } from "./open-directory.ts";

/** Serves the directory on the ports that are configured. Throws a CommandError if it can't listen there. */
export async function listen(
  config: Omit<Config, "changeRetention"> & Pick<ServerOptions, "changeRetention" | "callMetrics" | "databaseStatus">,
  { store, sources }: Directory,
  log: Log,
): Promise<RosterServer> {
  const { httpAddress, grpcAddress, tls } = config;
  const issuers = await trustIssuers(config, log);
  const options = {
    ...config,
    tokens: issuers,
    store,
    now: sources.clock,
    log,
    http: { ...httpAddress, tls },
    grpc: grpcAddress && { ...grpcAddress, tls },
  };
  const server = await startServer(options).catch((error: unknown) => {
    issuers?.close();
    throw asListenRefusal(error);
  });
  const stop = async () => {
    await server.stop();
    issuers?.close();
  };
  return { ...server, stop };
}

/** The error as its user should see it, if it says that a server can't listen. */
export function asListenRefusal(error: unknown): unknown {
  const code = systemCode(error);
  return code === undefined ? error : new CommandError(`can't listen on ${placeOf(error)}: ${REFUSALS[code] ?? code}`);
}

/** Errors of a server that can't listen say where. */
function placeOf(error: unknown): string {
  const { address = "", hostname = address, port = "" } = Object.assign({}, error) as Partial<Record<string, unknown>>;
  return `${String(hostname)}:${String(port)}`;
}

const REFUSALS: Readonly<Record<string, string>> = {
  EADDRINUSE: "the port is taken",
  EADDRNOTAVAIL: "this machine has no such address",
  EACCES: "this user may not listen on that port",
  ENOTFOUND: "there is no such host",
};
