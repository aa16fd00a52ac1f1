import { bootstrap } from "../../src/directory/accounts/bootstrap.ts";
import { type Caller, mintSecret } from "../../src/directory/keys/api-key.ts";
import { createAuthenticator } from "../../src/directory/keys/authentication.ts";
import type { Sources, Store } from "../../src/directory/store/store.ts";
import { DAY } from "../../src/directory/values/clock.ts";
import { type ServerOptions, startServer } from "../../src/server/server.ts";
import { rememberGrpcPort } from "./clients.ts";
import { watchedLog } from "./log.ts";
import { openTestStore, reopenTestStore, type TestStore } from "./store.ts";

export interface TestServer {
  readonly url: string;
  /** Of the first ADMIN key, which belongs to a super admin of account `default`. */
  readonly secret: string;
  readonly admin: Caller;
  readonly store: Store;
  readonly sources: Sources;
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** A server in this process: real database, real port. */
export async function startTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const opened = await openTestStore(options.now ? { clock: options.now } : {});
  const secret = mintSecret(opened.sources.newId("K"));
  await bootstrap(opened.store, secret);
  return serve(opened, secret, options);
}

/** One more server on the database of the first: what runs beside it behind a load balancer. */
export async function startPeer(first: TestServer, options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const given = options.now ? { clock: options.now } : {};
  return serve(await reopenTestStore(first.databaseUrl, given), first.secret, options);
}

async function serve(
  { store, sources, url: databaseUrl, close }: TestStore,
  secret: string,
  options: Partial<ServerOptions>,
): Promise<TestServer> {
  const server = await startServer({
    store,
    now: sources.clock,
    log: watchedLog(),
    logCalls: { mode: "all", slowMs: 1_000 },
    http: { host: "127.0.0.1", port: 0 },
    grpc: { host: "127.0.0.1", port: 0, tls: options.http?.tls },
    corsOrigins: [],
    maxMessageBytes: 16 * 1024 * 1024,
    changeRetention: 7 * DAY,
    maxStreams: 10_000,
    drainTimeoutMs: 5_000,
    ...options,
  });
  const scheme = options.http?.tls ? "https" : "http";
  const url = `${scheme}://127.0.0.1:${server.http.port}`;
  rememberGrpcPort(url, `${scheme}://127.0.0.1:${server.grpc?.port}`);
  return {
    url,
    secret,
    admin: await createAuthenticator(store, sources.clock)(secret),
    store,
    sources,
    databaseUrl,
    async stop() {
      await server.stop();
      await close();
    },
  };
}
