import { lookup } from "node:dns/promises";
import type { Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import { logVerbosity, Server, setLogVerbosity, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Log } from "../../log.ts";
import type { Tracer } from "../../tracing/span.ts";
import type { Route } from "../route.ts";
import { destroyAll, track } from "../sockets.ts";
import { checkClientCertificates } from "../tls/client-certificates.ts";
import type { TlsOptions } from "../tls/options.ts";
import { credentialsOf } from "./credentials.ts";
import { guardStreams, http2ServersOf } from "./guard-streams.ts";
import { definitionOf, handlerOf } from "./methods.ts";

export interface GrpcPortOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absent: cleartext. */
  readonly tls?: TlsOptions | undefined;
  readonly maxMessageBytes: number;
  readonly connections?: Partial<ConnectionTimes>;
  /** Absent: no call is traced. */
  readonly tracer?: Tracer | undefined;
}

/** In milliseconds. */
interface ConnectionTimes {
  /** A connection that has been idle for this long gets a ping. */
  readonly keepalive: number;
  /** It is closed if the ping is not answered within this time. */
  readonly keepaliveTimeout: number;
  /** After this time, give or take a tenth, a client is told to open a new connection, so that a load balancer can spread them anew. */
  readonly maxAge: number;
  /** Calls on the old connection have this long to end. */
  readonly maxAgeGrace: number;
}

const CONNECTION_TIMES: ConnectionTimes = {
  keepalive: 60_000,
  keepaliveTimeout: 20_000,
  maxAge: 3_600_000,
  maxAgeGrace: 600_000,
};

export interface GrpcPort {
  readonly host: string;
  readonly port: number;
  /** Refuses new calls and lets those under way end. Resolves when every connection is closed; after the timeout, by force. */
  drain(timeoutMs: number): Promise<void>;
}

/** Serves gRPC alone, by grpc-js, which is several times faster than Connect's gRPC. */
export async function openGrpcPort(
  routes: readonly Route[],
  { host, port, tls, maxMessageBytes, connections, tracer }: GrpcPortOptions,
  log: Log,
): Promise<GrpcPort> {
  // grpc-js would tell of a host that there is not without a code.
  await lookup(host);
  const times = { ...CONNECTION_TIMES, ...connections };
  // grpc-js would write metadata that it refuses to the console: a mistyped key, for example.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    // Channelz would count every message, for a service that is not served.
    "grpc.enable_channelz": 0,
    "grpc.max_receive_message_length": maxMessageBytes,
    "grpc.max_send_message_length": -1,
    "grpc.keepalive_time_ms": times.keepalive,
    "grpc.keepalive_timeout_ms": times.keepaliveTimeout,
    "grpc.max_connection_age_ms": times.maxAge,
    "grpc.max_connection_age_grace_ms": times.maxAgeGrace,
  });
  for (const { service, implementation } of routes) {
    const methods = service.methods.map((method) => [method.localName, definitionOf(method)]);
    const handlers = service.methods.map((method) => [
      method.localName,
      handlerOf(method, implementation, log, tracer !== undefined),
    ]);
    const functions: UntypedServiceImplementation = Object.fromEntries(handlers);
    server.addService(Object.fromEntries(methods), functions);
  }
  const bound = await bind(server, `${host.includes(":") ? `[${host}]` : host}:${port}`, tls).catch((error: Error) => {
    server.forceShutdown();
    throw asListenError(error, { host, port });
  });
  const paths = new Set(routes.flatMap(({ service }) => service.methods.map((method) => definitionOf(method).path)));
  const sockets = new Set<Socket>();
  for (const http2Server of http2ServersOf(server)) {
    guardStreams(http2Server, paths, log, tracer);
    if (tls?.clients !== undefined && http2Server instanceof TlsServer) {
      checkClientCertificates(http2Server, log);
    }
    http2Server.on("connection", (socket: Socket) => track(sockets, socket));
  }
  return { host, port: bound, drain: (timeoutMs) => drain(server, sockets, timeoutMs) };
}

function bind(server: Server, address: string, tls: GrpcPortOptions["tls"]): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentialsOf(tls), (error, port) => (error === null ? resolve(port) : reject(error)));
  });
}

/** With the code and the address that errors of Node's own servers have. grpc-js has the code in the message only. */
function asListenError(error: Error, { host, port }: Pick<GrpcPortOptions, "host" | "port">): Error {
  const [code] = /\bE[A-Z]{3,}\b/.exec(error.message) ?? [];
  return Object.assign(error, { address: host, port, ...(code !== undefined && { code }) });
}

function drain(server: Server, sockets: ReadonlySet<Socket>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => destroyAll(sockets), timeoutMs);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}
