import type { Socket } from "node:net";
import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { logVerbosity, Server, ServerCredentials, setLogVerbosity, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Log } from "../../log.ts";
import { destroyAll, track } from "../sockets.ts";
import { guard, http2ServersOf } from "./gate.ts";
import { definitionOf, handlerOf } from "./methods.ts";

/** A service and its functions: the same ones that the HTTP port serves. */
export interface Route {
  readonly service: DescService;
  readonly implementation: ServiceImpl<DescService>;
}

export interface GrpcPortOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM. Absent: cleartext. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  readonly maxMessageBytes: number;
  readonly connections?: Partial<ConnectionTimes>;
}

/** In milliseconds. */
interface ConnectionTimes {
  /** A connection that has been idle so long is asked whether anybody is there, */
  readonly keepalive: number;
  /** and closed when nobody answers for so long. */
  readonly keepaliveTimeout: number;
  /** Connections are renewed, give or take a tenth, so that a load balancer can spread them anew. */
  readonly maxAge: number;
  /** Calls have so long to end on a connection that is to be renewed. */
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
  /** Takes no more calls, lets those under way end, and resolves when every connection is closed, by force after the timeout. */
  drain(timeoutMs: number): Promise<void>;
}

/** Listens for gRPC alone, on grpc-js: the fast lane for services. */
export async function openGrpcPort(
  routes: readonly Route[],
  { host, port, tls, maxMessageBytes, connections }: GrpcPortOptions,
  log: Log,
): Promise<GrpcPort> {
  const times = { ...CONNECTION_TIMES, ...connections };
  // It would write to the console what it can't take as metadata: keys that are mistyped, too.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    // It counts every message, for a service that is not served.
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
    const handlers = service.methods.map((method) => [method.localName, handlerOf(method, implementation, log)]);
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
    guard(http2Server, paths, log);
    http2Server.on("connection", (socket: Socket) => track(sockets, socket));
  }
  return { host, port: bound, drain: (timeoutMs) => drain(server, sockets, timeoutMs) };
}

function bind(server: Server, address: string, tls: GrpcPortOptions["tls"]): Promise<number> {
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.certificate), private_key: Buffer.from(tls.key) }]);
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => (error === null ? resolve(port) : reject(error)));
  });
}

/** As errors of Node's own servers: grpc-js has the system's code in the text only. */
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
