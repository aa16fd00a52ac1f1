import { randomBytes } from "node:crypto";
import type { TokenVerifier } from "../directory/keys/bearer-token.ts";
import { type RateLimiter, TokenBuckets } from "../directory/limits/rate-limiter.ts";
import type { Store } from "../directory/store/store.ts";
import { type Clock, DAY, type Micros } from "../directory/values/clock.ts";
import { createSealer, TOKEN_KEY_BYTES } from "../directory/values/sealer.ts";
import type { Log } from "../log.ts";
import { Meter } from "../metrics/meter.ts";
import { createAuditHub } from "../rpc/audit/audit-hub.ts";
import { createChangeHub } from "../rpc/changes/change-hub.ts";
import { createAuthenticate } from "../rpc/pipeline/authenticate.ts";
import { type CallLogOptions, createCallLog } from "../rpc/pipeline/call-log.ts";
import { CallMetrics } from "../rpc/pipeline/call-metrics.ts";
import { type DefaultLimits, FairUse, NO_LIMITS } from "../rpc/pipeline/fair-use.ts";
import { LongLists } from "../rpc/pipeline/long-lists.ts";
import { Refusals } from "../rpc/pipeline/refusals.ts";
import { createStreams } from "../rpc/pipeline/streams.ts";
import type { ServerFacts } from "../rpc/server/server-info.ts";
import { createTokens } from "../rpc/wire/tokens.ts";
import { createScim, type ScimOptions } from "../scim/scim.ts";
import type { Tracer } from "../tracing/span.ts";
import { VERSION } from "../version.ts";
import { createConsole } from "./console/console.ts";
import type { SignInCode } from "./console/sign-in-code.ts";
import type { ConsoleSignIn } from "./console/sign-ins.ts";
import { monitorDatabase } from "./database-monitor.ts";
import { type GrpcPort, type GrpcPortOptions, openGrpcPort } from "./grpc/port.ts";
import type { CorsOrigins } from "./http/cors.ts";
import { createHttpHandler, type HandlerOptions } from "./http/handler.ts";
import { type HttpPort, type HttpPortOptions, openHttpPort } from "./http/port.ts";
import { showReplicas } from "./metrics/replica-metrics.ts";
import { showServer } from "./metrics/server-metrics.ts";
import { type Readiness, unreadyReason } from "./probes.ts";
import { startPruning } from "./pruning.ts";
import type { Route } from "./route.ts";
import { createRoutes } from "./routes.ts";

export interface ServerOptions {
  readonly store: Store;
  readonly now: Clock;
  readonly log: Log;
  readonly http: HttpPortOptions;
  /** Absent: there is no gRPC port. */
  readonly grpc?: Omit<GrpcPortOptions, "maxMessageBytes" | "tracer"> | undefined;
  /** Verifies tokens of identity providers. Absent: none are taken. */
  readonly tokens?: TokenVerifier | undefined;
  readonly corsOrigins: CorsOrigins;
  /** The folder that the console was built into. Absent: none is served. */
  readonly consoleFolder?: string | undefined;
  /** Opens the console signed in. Absent: nothing but a key does. */
  readonly signInCode?: Pick<SignInCode, "redeem"> | undefined;
  /** Where people sign in to the console, at the moment. Default: nowhere. */
  readonly consoleSignIns?: (() => readonly ConsoleSignIn[]) | undefined;
  readonly maxMessageBytes: number;
  /** How long the change history reaches back. */
  readonly changeRetention: Micros;
  /** How long the entries of the audit logs are kept. Default: 90 days. */
  readonly auditRetention?: Micros;
  /** False: another process prunes both. Default: true. */
  readonly prunes?: boolean;
  /** Exports and watches that may be open at a time. */
  readonly maxStreams: number;
  /** How many calls callers may make. Default: any number. */
  readonly limits?: DefaultLimits;
  /** Where calls are counted. Default: in this process. */
  readonly rateLimiter?: RateLimiter;
  /** Lists that may look at many rows, of one caller, under way at a time. Default: 4. */
  readonly maxLongLists?: number;
  /** Refused calls that are only counted are told at such intervals. Default: a minute. */
  readonly refusalIntervalMs?: number;
  /** An idle watch sends a message after this time. Default: 15 seconds. */
  readonly watchHeartbeatMs?: number;
  readonly drainTimeoutMs: number;
  /** What callers are told. Default: that of this code. */
  readonly version?: string;
  /** Told what the server does, so that the caller can show it. */
  readonly meter?: Meter;
  /** Which calls are logged. Default: none. */
  readonly logCalls?: CallLogOptions;
  /** Absent: no call is traced. */
  readonly tracer?: Tracer | undefined;
  /** Absent: SCIM is off. */
  readonly scim?: ScimOptions | undefined;
}

export interface RosterServer {
  readonly http: Pick<HttpPort, "host" | "port">;
  readonly grpc: Pick<GrpcPort, "host" | "port"> | undefined;
  readonly readiness: Readiness;
  /** Drains both ports, so that no accepted call is cut off. The store stays open. */
  stop(): Promise<void>;
}

const WATCH_HEARTBEAT_MS = 15_000;
const MAX_LONG_LISTS = 4;
const NO_CALL_LOG: CallLogOptions = { mode: "off", slowMs: 0 };
const AUDIT_RETENTION = 90 * DAY;

/** Serves a store. */
export async function startServer(options: ServerOptions): Promise<RosterServer> {
  const { store, now, log, prunes = true, drainTimeoutMs, maxStreams, meter = new Meter() } = options;
  const facts = factsOf(options);
  const stopping = new AbortController();
  const tokens = createTokens(createSealer(await store.secret("token-key", () => randomBytes(TOKEN_KEY_BYTES))), now);
  const database = monitorDatabase(store, log, meter);
  const authenticate = createAuthenticate(store, now, options.tokens);
  const streams = createStreams({ store, authenticate, limit: maxStreams });
  const hub = createChangeHub({ store, tokens, log });
  const auditHub = createAuditHub(store, log);
  const watching = { hub, auditHub, heartbeatMs: options.watchHeartbeatMs ?? WATCH_HEARTBEAT_MS };
  showServer(meter, { ...watching, ...facts, engine: store.engine });
  showReplicas(meter, store.replicas);
  const draining = stopping.signal;
  const refusals = new Refusals(store, log, options.refusalIntervalMs);
  const fairness = {
    fairUse: new FairUse(options.rateLimiter ?? new TokenBuckets(), options.limits ?? NO_LIMITS, meter),
    longLists: new LongLists(facts.maxLongLists, meter),
  };
  const logCall = createCallLog(options.logCalls ?? NO_CALL_LOG, log);
  const calls = {
    authenticate,
    ...fairness,
    refusals,
    streams,
    callMetrics: new CallMetrics(meter),
    logCall,
    tracer: options.tracer,
    draining,
    log,
  };
  const routes = createRoutes({ store, tokens, database, watching, facts, ...calls });
  const readiness = () => unreadyReason(database.status, draining);
  const scim =
    options.scim && (await createScim({ ...calls, store, maxMessageBytes: options.maxMessageBytes }, options.scim));
  const { http, grpc } = await openPorts(routes, { ...options, scim, readiness }).catch(async (error: unknown) => {
    database.stop();
    streams.stop();
    await refusals.stop();
    throw error;
  });
  const stopPruning = prunes ? startPruning({ store, now, log, meter, ...facts }) : undefined;
  return {
    http,
    grpc,
    readiness,
    async stop() {
      stopPruning?.();
      stopping.abort();
      hub.stop();
      auditHub.stop();
      await Promise.all([http.drain(drainTimeoutMs), grpc?.drain(drainTimeoutMs)]);
      streams.stop();
      await refusals.stop();
      database.stop();
    },
  };
}

function factsOf(options: ServerOptions): ServerFacts {
  const { version = VERSION, maxLongLists = MAX_LONG_LISTS, auditRetention = AUDIT_RETENTION, tokens, http } = options;
  const { maxMessageBytes, maxStreams, changeRetention } = options;
  return {
    ...{ version, maxMessageBytes, maxStreams, maxLongLists, changeRetention, auditRetention },
    takesTokens: tokens !== undefined,
    takesCertificates: http.tls?.clients !== undefined,
  };
}

/** Opens both ports, or neither. */
async function openPorts(
  routes: readonly Route[],
  options: Omit<ServerOptions, "scim"> & Pick<HandlerOptions, "scim" | "readiness">,
): Promise<{ http: HttpPort; grpc: GrpcPort | undefined }> {
  const { maxMessageBytes, consoleFolder: folder, signInCode: code, consoleSignIns: signIns, tracer, log } = options;
  const answerConsole = folder === undefined ? undefined : createConsole({ folder, code, signIns });
  const http = await openHttpPort(createHttpHandler({ ...options, routes, answerConsole }), options.http, log);
  try {
    return { http, grpc: options.grpc && (await openGrpcPort(routes, { ...options.grpc, maxMessageBytes, tracer }, log)) };
  } catch (error) {
    await http.drain(0);
    throw error;
  }
}
