import { once } from "node:events";
import { type Address, type Config, loadConfig, withoutPassword } from "../config.ts";
import { openStore } from "../db/index.ts";
import { DEFAULT_ACCOUNT } from "../directory/account.ts";
import { mintSecret } from "../directory/api-key.ts";
import { bootstrap } from "../directory/bootstrap.ts";
import { createClock } from "../directory/clock.ts";
import { createIdSource } from "../directory/id.ts";
import type { Sources, Store } from "../directory/store.ts";
import { createLog, type Log } from "../log.ts";
import { type RosterServer, startServer } from "../server/server.ts";
import { adminKeyPath, keepAdminKey, readAdminKey } from "./admin-key.ts";
import { CommandError, systemCode } from "./errors.ts";

/** Runs a server until SIGTERM or SIGINT, then ends it in good order. */
export async function serve(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const config = loadConfig(env);
  const log = createLog(config.logLevel);
  const sources: Sources = { clock: createClock(), newId: createIdSource() };
  const store = await openStore(config.databaseUrl, sources, {
    poolSize: config.databasePoolSize,
    statementTimeoutMs: config.databaseTimeoutMs,
    waitMs: config.databaseWaitMs,
    onWait: (error) => log.warn({ err: error }, "waiting for the database"),
  });
  try {
    const secret = await firstKey(store, config, sources);
    const server = await start(config, store, sources, log);
    process.stdout.write(greeting(server, config, secret));
    const signal = await Promise.race(SIGNALS.map((name) => once(process, name).then(() => name)));
    for (const name of SIGNALS) {
      process.once(name, () => process.exit(1));
    }
    log.info({ signal }, "draining; a second signal ends it at once");
    await server.stop();
    log.info("stopped");
  } finally {
    await store.close();
  }
}

const SIGNALS = ["SIGTERM", "SIGINT"];

function start(config: Config, store: Store, { clock }: Sources, log: Log): Promise<RosterServer> {
  const { httpAddress, grpcAddress, tls } = config;
  const options = {
    ...config,
    store,
    now: clock,
    log,
    http: { ...httpAddress, tls },
    grpc: grpcAddress && { ...grpcAddress, tls },
  };
  return startServer(options).catch((error: unknown) => {
    const code = systemCode(error);
    if (code === undefined) {
      throw error;
    }
    throw new CommandError(`can't listen on ${placeOf(error)}: ${REFUSALS[code] ?? code}`);
  });
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

/** The secret of the first key, if this start is the one that creates it. */
async function firstKey(
  store: Store,
  { databaseUrl, bootstrapKey }: Config,
  { newId }: Sources,
): Promise<string | undefined> {
  if ((await store.listAccountIds("", 1)).length > 0) {
    return undefined;
  }
  const path = adminKeyPath(databaseUrl);
  const secret = bootstrapKey ?? (path === undefined ? undefined : readAdminKey(path)) ?? mintSecret(newId("K"));
  const kept = path === undefined ? secret : keepAdminKey(path, secret, { replace: bootstrapKey !== undefined });
  return (await bootstrap(store, kept)) ? kept : undefined;
}

function greeting(
  { http, grpc }: RosterServer,
  { databaseUrl, tls, bootstrapKey }: Config,
  secret: string | undefined,
): string {
  const alone = grpc === undefined ? "" : `  gRPC        ${placeText(grpc)}   (gRPC alone, the fast lane for services)\n`;
  const scheme = tls ? "https" : "http";
  const url = `${scheme}://${placeText(http)}`;
  const keyFile = adminKeyPath(databaseUrl);
  const kept = keyFile === undefined ? "keep it" : `kept in ${keyFile}`;
  // The operator knows a key that came in by the environment; logs need not.
  const key =
    bootstrapKey === undefined
      ? `${secret}   (account ${DEFAULT_ACCOUNT}; shown once, ${kept})`
      : `that of ROSTER_BOOTSTRAP_KEY   (account ${DEFAULT_ACCOUNT})`;
  const shown = secret === undefined ? "" : `  first key   ${key}\n`;
  return `Roster is ready.

  address     ${url}   (Connect, gRPC-Web, gRPC)
${alone}  database    ${withoutPassword(databaseUrl)}
${shown}
Create a user, list them, export them:

  KEY=${keyFile === undefined ? (bootstrapKey === undefined ? (secret ?? "…") : "$ROSTER_BOOTSTRAP_KEY") : `$(cat ${keyFile})`}
  grpcurl ${tls ? "" : "-plaintext "}-H "x-api-key: $KEY" -d '{"user":{"email":"ada@example.com","name":"Ada"}}' ${placeText(grpc ?? http)} roster.v1.UserService/CreateUser
  curl ${url}/roster.v1.UserService/ListUsers -H "x-api-key: $KEY" -H 'content-type: application/json' -d '{}'
  npm run --silent roster -- export users.ndjson

`;
}

function placeText({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
