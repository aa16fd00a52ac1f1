import { once } from "node:events";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttp2Server, createSecureServer, type Http2Session } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Server as TlsServer } from "node:tls";
import { destroyAll, track } from "../sockets.ts";
import type { Request, Response } from "./exchange.ts";
import { Http1Connections } from "./http1-connections.ts";

export interface HttpPortOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** PEM. Absent: cleartext. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
}

export interface HttpPort {
  readonly host: string;
  readonly port: number;
  /** Takes no more calls, lets those under way end, and resolves when every connection is closed, by force after the timeout. */
  drain(timeoutMs: number): Promise<void>;
}

type Handler = (request: Request, response: Response) => void;

/** The connections of a port, by what has to be done to end them. */
interface Connections {
  readonly sockets: Set<Socket>;
  /** Those that have not said yet what they speak. */
  readonly undecided: Set<Socket>;
  readonly http1: Http1Connections;
  readonly http2: Set<Http2Session>;
}

/** Listens for HTTP/1.1 and HTTP/2 on one port: told apart by ALPN under TLS, by the connection preface in cleartext. */
export async function openHttpPort(handler: Handler, { host, port, tls }: HttpPortOptions): Promise<HttpPort> {
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
  const server = tls === undefined ? cleartext(counting, connections) : secure(counting, connections, tls);
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
  // Those whose handshake was under way.
  server.on("session", (session: Http2Session) => session.close());
  const force = setTimeout(() => destroyAll(connections.sockets), timeoutMs);
  await closed;
  clearTimeout(force);
}

function secure(
  handler: Handler,
  connections: Connections,
  { certificate, key }: { readonly certificate: string; readonly key: string },
): TlsServer {
  const server = createSecureServer({ cert: certificate, key, allowHTTP1: true, handshakeTimeout: SILENCE_MS }, handler);
  server.on("session", (session) => track(connections.http2, session));
  server.on("secureConnection", (socket) => {
    if (socket.alpnProtocol !== "h2") {
      connections.http1.add(socket);
    }
  });
  return server;
}

function cleartext(handler: Handler, connections: Connections): Server {
  const http2 = createHttp2Server(handler);
  http2.on("session", (session) => track(connections.http2, session));
  const server = createHttpServer(handler);
  // What Node does with a connection of its own, kept to be done once we know that it speaks HTTP/1.1.
  const serveHttp1 = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    track(connections.undecided, socket);
    peek(socket, (isHttp2) => {
      connections.undecided.delete(socket);
      if (isHttp2) {
        // As on an HTTP/2 server's own connections: a peer that has closed its end is gone, and its streams with it.
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
/** How long a connection may take to say what it speaks. */
const SILENCE_MS = 10_000;

/** Reads as much of a connection as it takes to know whether it begins with the HTTP/2 preface, and puts it back. */
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
    clearTimeout(silence);
    socket.off("data", read).off("end", giveUp).off("error", giveUp).pause();
    socket.unshift(seen);
    decide(matches);
  };
  const silence = setTimeout(giveUp, SILENCE_MS);
  socket.once("close", () => clearTimeout(silence));
  socket.on("data", read).on("end", giveUp).on("error", giveUp);
}
