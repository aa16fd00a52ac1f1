import { randomBytes } from "node:crypto";
import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { AccountService } from "../../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { SessionService } from "../../gen/roster/v1/session_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import type { TokenVerifier } from "../directory/keys/bearer-token.ts";
import type { Store } from "../directory/store/store.ts";
import type { Clock, Micros } from "../directory/values/clock.ts";
import { createSealer, TOKEN_KEY_BYTES } from "../directory/values/sealer.ts";
import type { Log } from "../log.ts";
import { accountService } from "../rpc/accounts/account-service.ts";
import { createChangeHub } from "../rpc/changes/change-hub.ts";
import { apiKeyService } from "../rpc/keys/api-key-service.ts";
import { createAuthenticate } from "../rpc/pipeline/authenticate.ts";
import { CallMetrics } from "../rpc/pipeline/call-metrics.ts";
import { servicePipeline } from "../rpc/pipeline/pipeline.ts";
import { createStreams } from "../rpc/pipeline/streams.ts";
import { sessionService } from "../rpc/sessions/session-service.ts";
import { userService } from "../rpc/users/user-service.ts";
import { createTokens } from "../rpc/wire/tokens.ts";
import { DatabaseStatus, monitorDatabase } from "./database-monitor.ts";
import { type GrpcPort, type GrpcPortOptions, openGrpcPort, type Route } from "./grpc/port.ts";
import { healthService } from "./health.ts";
import type { CorsOrigins } from "./http/cors.ts";
import { createHandler } from "./http/handler.ts";
import { type HttpPort, type HttpPortOptions, openHttpPort } from "./http/port.ts";
import { startPruning } from "./pruning.ts";
import { asV1Alpha, reflectionService } from "./reflection.ts";

export interface ServerOptions {
  readonly store: Store;
  readonly now: Clock;
  readonly log: Log;
  readonly http: HttpPortOptions;
  /** Absent: no port of its own for gRPC. */
  readonly grpc?: Omit<GrpcPortOptions, "maxMessageBytes"> | undefined;
  /** What tokens of identity providers are proven by. Absent: none are taken. */
  readonly tokens?: TokenVerifier | undefined;
  readonly corsOrigins: CorsOrigins;
  readonly maxMessageBytes: number;
  /** How long the change history reaches back. Absent: another process prunes it. */
  readonly changeRetention?: Micros | undefined;
  /** Exports and watches that may be open at a time. */
  readonly maxStreams: number;
  /** An idle watch sends a message that often. Default: 15 seconds. */
  readonly watchHeartbeatMs?: number;
  readonly drainTimeoutMs: number;
  /** Counts the calls, for whoever wants to know. */
  readonly callMetrics?: CallMetrics;
  /** Kept up to date, for whoever wants to know. */
  readonly databaseStatus?: DatabaseStatus;
}

export interface RosterServer {
  readonly http: Pick<HttpPort, "host" | "port">;
  readonly grpc: Pick<GrpcPort, "host" | "port"> | undefined;
  /** Ends in good order: no accepted call is cut off. The store stays open. */
  stop(): Promise<void>;
}

const SERVICES = [
  UserService,
  SessionService,
  AccountService,
  ApiKeyService,
  Health,
  ServerReflection,
  ServerReflectionAlpha,
];
const WATCH_HEARTBEAT_MS = 15_000;

/** Serves a store. */
export async function startServer(options: ServerOptions): Promise<RosterServer> {
  const { store, now, log, changeRetention } = options;
  const stopping = new AbortController();
  const tokens = createTokens(createSealer(await store.secret("token-key", () => randomBytes(TOKEN_KEY_BYTES))), now);
  const database = monitorDatabase(store, options.databaseStatus ?? new DatabaseStatus(), log);
  const serviceNames = SERVICES.map(({ typeName }) => typeName);
  const authenticate = createAuthenticate(store, now, options.tokens);
  const streams = createStreams({ store, authenticate, limit: options.maxStreams });
  const hub = createChangeHub({ store, tokens, log });
  const deps = {
    store,
    authenticate,
    log,
    draining: stopping.signal,
    streams,
    callMetrics: options.callMetrics ?? new CallMetrics(),
  };
  const watching = { hub, heartbeatMs: options.watchHeartbeatMs ?? WATCH_HEARTBEAT_MS };
  const reflection = reflectionService(SERVICES);
  const routes = [
    route(UserService, servicePipeline(UserService, userService({ store, tokens, watching }), deps)),
    route(SessionService, servicePipeline(SessionService, sessionService({ store, tokens }), deps)),
    route(AccountService, servicePipeline(AccountService, accountService({ store, tokens }), deps)),
    route(ApiKeyService, servicePipeline(ApiKeyService, apiKeyService({ store, tokens }), deps)),
    route(Health, healthService(database, serviceNames, stopping.signal, log)),
    route(ServerReflection, reflection),
    route(ServerReflectionAlpha, asV1Alpha(reflection)),
  ];
  const { http, grpc } = await openPorts(routes, options).catch((error: unknown) => {
    database.stop();
    streams.stop();
    throw error;
  });
  const stopPruning = changeRetention === undefined ? undefined : startPruning({ store, now, log, changeRetention });
  return {
    http,
    grpc,
    async stop() {
      stopPruning?.();
      stopping.abort();
      hub.stop();
      await Promise.all([http.drain(options.drainTimeoutMs), grpc?.drain(options.drainTimeoutMs)]);
      streams.stop();
      database.stop();
    },
  };
}

/** Either both ports, or neither. */
async function openPorts(
  routes: readonly Route[],
  options: ServerOptions,
): Promise<{ http: HttpPort; grpc: GrpcPort | undefined }> {
  const { maxMessageBytes, log } = options;
  const http = await openHttpPort(createHandler({ ...options, routes }), options.http);
  try {
    return { http, grpc: options.grpc && (await openGrpcPort(routes, { ...options.grpc, maxMessageBytes }, log)) };
  } catch (error) {
    await http.drain(0);
    throw error;
  }
}

function route<S extends DescService>(service: S, implementation: ServiceImpl<S>): Route {
  return { service, implementation: implementation as ServiceImpl<DescService> };
}
