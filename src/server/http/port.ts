import { once } from "node:events";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttp2Server, createSecureServer, type Http2Session } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Server as TlsServer } from "node:tls";
import type { Log } from "../../log.ts";
import { destroyAll, track } from "../sockets.ts";
import { checkClientCertificates } from "../tls/client-certificates.ts";
import { type TlsOptions, toServerOptions } from "../tls/options.ts";
import { Http1Connections } from "./http1-connections.ts";
import type { Request, Response } from "./request-response.ts";

export interface HttpPortOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Absent: cleartext. */
  readonly tls?: TlsOptions | undefined;
}

export interface HttpPort {
  readonly host: string;
  readonly port: number;
  /** Refuses new calls and lets those under way end. Resolves when every connection is closed; after the timeout, by force. */
  drain(timeoutMs: number): Promise<void>;
}

/** Gets requests with an `Expect` that is not known as well: Node itself would refuse them without a reason. */
type Handler = (request: Request, response: Response) => void;

/** The connections of a port, by how they are drained. */
interface Connections {
  readonly sockets: Set<Socket>;
  /** Those that have not sent enough to tell HTTP/1.1 from HTTP/2. */
  readonly undecided: Set<Socket>;
  readonly http1: Http1Connections;
  readonly http2: Set<Http2Session>;
}

/** Serves HTTP/1.1 and HTTP/2 on one port. ALPN tells them apart under TLS, the connection preface in cleartext. */
export async function openHttpPort(handler: Handler, { host, port, tls }: HttpPortOptions, log: Log): Promise<HttpPort> {
  const connections = {
    sockets: new Set<Socket>(),
    undecided: new Set<Socket>(),
    http1: new Http1Connections(),
    http2: new Set<Http2Session>(),
  };
  const counting: Handler = (request, response) => {
    if (request.httpVersionMajor === 1) {
      connections.http1.count(request.socket, response);
    }
    handler(request, response);
  };
  const server = tls === undefined ? cleartext(counting, connections) : secure(counting, connections, tls, log);
  server.on("connection", (socket: Socket) => track(connections.sockets, socket));
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return { host, port: address.port, drain: (timeoutMs) => drain(server, connections, timeoutMs) };
}

async function drain(server: Server | TlsServer, connections: Connections, timeoutMs: number): Promise<void> {
  const closed = once(server, "close");
  server.close();
  destroyAll(connections.undecided);
  connections.http1.drain();
  for (const session of connections.http2) {
    session.close();
  }
  // Of connections whose TLS handshake was under way.
  server.on("session", (session: Http2Session) => session.close());
  const force = setTimeout(() => destroyAll(connections.sockets), timeoutMs);
  await closed;
  clearTimeout(force);
}

function secure(handler: Handler, connections: Connections, tls: TlsOptions, log: Log): TlsServer {
  const options = { ...toServerOptions(tls), allowHTTP1: true, handshakeTimeout: FIRST_BYTES_TIMEOUT_MS };
  const server = createSecureServer(options, handler).on("checkExpectation", handler);
  server.on("session", (session) => track(connections.http2, session));
  server.on("secureConnection", (socket) => {
    if (socket.alpnProtocol !== "h2") {
      connections.http1.add(socket);
    }
  });
  if (tls.clients !== undefined) {
    checkClientCertificates(server, log);
  }
  return server;
}

function cleartext(handler: Handler, connections: Connections): Server {
  const http2 = createHttp2Server(handler).on("checkExpectation", handler);
  http2.on("session", (session) => track(connections.http2, session));
  const server = createHttpServer(handler).on("checkExpectation", handler);
  // What Node does with a new connection: called below, once it is known that it speaks HTTP/1.1.
  const serveHttp1 = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    track(connections.undecided, socket);
    peek(socket, (isHttp2) => {
      connections.undecided.delete(socket);
      if (isHttp2) {
        // As an HTTP/2 server sets it: when the peer closes its end, the connection and its streams end.
        socket.allowHalfOpen = false;
        http2.emit("connection", socket);
        return;
      }
      connections.http1.add(socket);
      for (const listener of serveHttp1) {
        listener.call(server, socket);
      }
      socket.resume();
    });
  });
  return server;
}

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
/** A connection that has not sent the bytes to tell them apart by then is closed. */
const FIRST_BYTES_TIMEOUT_MS = 10_000;

/** Reads just enough of a connection to know whether it begins with the HTTP/2 preface, and puts what it has read back. */
function peek(socket: Socket, decide: (isHttp2: boolean) => void): void {
  let seen = Buffer.alloc(0);
  const giveUp = () => socket.destroy();
  const read = (data: Buffer) => {
    seen = Buffer.concat([seen, data]);
    const length = Math.min(seen.length, PREFACE.length);
    const matches = seen.subarray(0, length).equals(PREFACE.subarray(0, length));
    if (matches && length < PREFACE.length) {
      return;
    }
    clearTimeout(timeout);
    socket.off("data", read).off("end", giveUp).off("error", giveUp).pause();
    socket.unshift(seen);
    decide(matches);
  };
  const timeout = setTimeout(giveUp, FIRST_BYTES_TIMEOUT_MS);
  socket.once("close", () => clearTimeout(timeout));
  socket.on("data", read).on("end", giveUp).on("error", giveUp);
}
