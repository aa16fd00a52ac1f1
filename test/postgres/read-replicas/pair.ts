import { randomBytes } from "node:crypto";
import { createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { expect, onTestFinished, vi } from "vitest";
import { Health } from "../../../gen/grpc/health/v1/health_pb.js";
import { ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { logReplicas } from "../../../src/cli/serve/replica-log.ts";
import { openStore, type StoreOptions } from "../../../src/db/open.ts";
import { bootstrap } from "../../../src/directory/accounts/bootstrap.ts";
import { mintSecret } from "../../../src/directory/keys/api-key.ts";
import { startServer } from "../../../src/server/server.ts";
import { clientOf } from "../../support/clients.ts";
import { collectLog } from "../../support/log.ts";
import { administer, type PostgresServer, startPostgres, withClient } from "../../support/postgres.ts";
import { PLAIN_SERVER } from "../../support/server-options.ts";
import { createSources } from "../../support/sources.ts";
import { type StandbyServer, startStandby } from "../../support/standby.ts";

/** A directory in a database of its own, on a primary and on a standby. */
export interface ReplicatedDirectory {
  readonly url: string;
  readonly replicaUrl: string;
  readonly secret: string;
  /** Runs a statement on the standby. */
  onStandby(statement: string): Promise<Array<Record<string, unknown>>>;
  /** Until it is resumed, the standby shows nothing that is new. All that was committed before has arrived. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export async function createReplicated(postgres: PostgresServer, standby: StandbyServer): Promise<ReplicatedDirectory> {
  const name = `replicated_${randomBytes(4).toString("hex")}`;
  await administer(postgres, `create database ${name} template ${postgres.template}`);
  const [url, replicaUrl] = [`${postgres.url}/${name}`, `${standby.url}/${name}`];
  const sources = createSources();
  const store = await openStore(url, sources);
  const secret = mintSecret(sources.newId("K"));
  await bootstrap(store, secret);
  await store.close();
  const onStandby = (statement: string) =>
    withClient(replicaUrl, async (client) => (await client.query(statement)).rows as Array<Record<string, unknown>>);
  return {
    url,
    replicaUrl,
    secret,
    onStandby,
    async pause() {
      const place = await withClient(url, (client) => client.query("select pg_current_wal_flush_lsn() as place"));
      for (;;) {
        const [row] = await onStandby(`select pg_last_wal_replay_lsn() >= '${place.rows[0].place}' as reached`);
        if (row?.["reached"] === true) break;
      }
      await onStandby("select pg_wal_replay_pause()");
      while ((await onStandby("select pg_get_wal_replay_pause_state() as state"))[0]?.["state"] !== "paused");
    },
    async resume() {
      await onStandby("select pg_wal_replay_resume()");
    },
  };
}

/** A server of the directory; with `replicaUrls` it reads from replicas. Stopped when the test ends. */
export async function serveReplicated({ url, secret }: ReplicatedDirectory, options: Partial<StoreOptions> = {}) {
  const sources = createSources();
  const { log, lines } = collectLog();
  const store = await openStore(url, sources, { onReplicaChange: logReplicas(log), ...options });
  const server = await startServer({
    ...PLAIN_SERVER,
    store,
    now: sources.clock,
    log,
  });
  onTestFinished(async () => {
    await server.stop();
    await store.close();
  });
  const baseUrl = `http://127.0.0.1:${server.http.port}`;
  const transport: Transport = createGrpcTransport({ baseUrl });
  return {
    baseUrl,
    store,
    lines,
    users: clientOf(UserService, baseUrl, secret),
    keys: clientOf(ApiKeyService, baseUrl, secret),
    health: createClient(Health, transport),
    /** Of reads: answered by the replica, and passed on to the primary. */
    counts: () => store.replicas.map(({ answered, passedOn }) => ({ answered, passedOn })),
  };
}

export type ReplicatedServer = Awaited<ReturnType<typeof serveReplicated>>;

/** A primary, a standby and a directory on both. */
export interface Pair {
  readonly postgres: PostgresServer;
  readonly standby: StandbyServer;
  readonly directory: ReplicatedDirectory;
  readonly replicaUrls: readonly string[];
  /** A server of the directory, without replicas if none are given. */
  serve(options?: Partial<StoreOptions>): Promise<ReplicatedServer>;
  /** A server whose reads go to the replica by now. */
  serveFromReplica(options?: Partial<StoreOptions>): Promise<ReplicatedServer>;
  /** From now on, until the test ends, the replica shows nothing that is new. */
  pauseReplica(): Promise<void>;
}

export async function startPair(): Promise<Pair> {
  const postgres = await startPostgres();
  const standby = await startStandby(postgres, "standby");
  const directory = await createReplicated(postgres, standby);
  const replicaUrls = [directory.replicaUrl];
  return {
    postgres,
    standby,
    directory,
    replicaUrls,
    serve: (options) => serveReplicated(directory, options),
    async serveFromReplica(options) {
      const server = await serveReplicated(directory, { replicaUrls, ...options });
      await inUse(server);
      return server;
    },
    async pauseReplica() {
      await directory.pause();
      onTestFinished(() => directory.resume());
    },
  };
}

/** Waits until reads go to its replica. */
export function inUse({ store }: ReplicatedServer): Promise<void> {
  return vi.waitFor(() => expect(store.replicas.map(({ problem }) => problem)).toEqual([undefined]), 20_000);
}
