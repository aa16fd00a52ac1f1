import { once } from "node:events";
import { type Config, loadConfig, withoutPassword } from "../config.ts";
import { openStore } from "../db/index.ts";
import { DEFAULT_ACCOUNT } from "../directory/account.ts";
import { mintSecret } from "../directory/api-key.ts";
import { bootstrap } from "../directory/bootstrap.ts";
import { createClock } from "../directory/clock.ts";
import { createIdSource } from "../directory/id.ts";
import type { Sources, Store } from "../directory/store.ts";
import { createLog } from "../log.ts";
import { type RosterServer, startServer } from "../server/server.ts";
import { adminKeyPath, keepAdminKey, readAdminKey } from "./admin-key.ts";

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
    const server = await startServer({
      ...config,
      store,
      now: sources.clock,
      log,
      http: { ...config.httpAddress, tls: config.tls },
    });
    process.stdout.write(greeting(server, config, secret));
    const signal = await Promise.race(["SIGTERM", "SIGINT"].map((name) => once(process, name).then(() => name)));
    log.info({ signal }, "draining");
    await server.stop();
    log.info("stopped");
  } finally {
    await store.close();
  }
}

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
  const secret =
    path === undefined
      ? (bootstrapKey ?? mintSecret(newId("K")))
      : keepAdminKey(path, bootstrapKey ?? readAdminKey(path) ?? mintSecret(newId("K")));
  return (await bootstrap(store, secret)) ? secret : undefined;
}

function greeting({ http }: RosterServer, { databaseUrl, tls }: Config, secret: string | undefined): string {
  const host = http.host.includes(":") ? `[${http.host}]` : http.host;
  const address = `${host}:${http.port}`;
  const url = `${tls ? "https" : "http"}://${address}`;
  const keyFile = adminKeyPath(databaseUrl);
  const kept = keyFile === undefined ? "keep it" : `kept in ${keyFile}`;
  const shown = secret === undefined ? "" : `  first key   ${secret}   (account ${DEFAULT_ACCOUNT}; shown once, ${kept})\n`;
  return `Roster is ready.

  address     ${url}   (Connect, gRPC-Web, gRPC)
  database    ${withoutPassword(databaseUrl)}
${shown}
Create a user, list them, export them:

  KEY=${keyFile === undefined ? (secret ?? "…") : `$(cat ${keyFile})`}
  grpcurl ${tls ? "" : "-plaintext "}-H "x-api-key: $KEY" -d '{"user":{"email":"ada@example.com","name":"Ada"}}' ${address} roster.v1.UserService/CreateUser
  curl ${url}/roster.v1.UserService/ListUsers -H "x-api-key: $KEY" -H 'content-type: application/json' -d '{}'
  npm run --silent roster -- export users.ndjson

`;
}
