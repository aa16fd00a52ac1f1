import { once } from "node:events";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttp2Server, createSecureServer, type Http2Session } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Server as TlsServer } from "node:tls";
import type { Request, Response } from "./handler.ts";

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

/** Listens for HTTP/1.1 and HTTP/2 on one port: told apart by ALPN under TLS, by the connection preface in cleartext. */
export async function openHttpPort(
  handler: (request: Request, response: Response) => void,
  { host, port, tls }: HttpPortOptions,
): Promise<HttpPort> {
  const sessions = new Set<Http2Session>();
  const sockets = new Set<Socket>();
  const server = tls === undefined ? cleartext(handler, sessions) : secure(handler, sessions, tls);
  server.on("connection", (socket: Socket) => track(sockets, socket));
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    host,
    port: address.port,
    async drain(timeoutMs) {
      const closed = once(server, "close");
      server.close();
      for (const session of sessions) {
        session.close();
      }
      // Kept-alive HTTP/1.1 connections count as idle only once their answer is out.
      const idle = setInterval(() => "closeIdleConnections" in server && server.closeIdleConnections(), 20);
      const force = setTimeout(() => {
        for (const socket of sockets) {
          socket.destroy();
        }
      }, timeoutMs);
      await closed;
      clearInterval(idle);
      clearTimeout(force);
    },
  };
}

function secure(
  handler: (request: Request, response: Response) => void,
  sessions: Set<Http2Session>,
  { certificate, key }: { readonly certificate: string; readonly key: string },
): TlsServer {
  const server = createSecureServer({ cert: certificate, key, allowHTTP1: true }, handler);
  server.on("session", (session) => track(sessions, session));
  return server;
}

function cleartext(handler: (request: Request, response: Response) => void, sessions: Set<Http2Session>): Server {
  const http2 = createHttp2Server(handler);
  http2.on("session", (session) => track(sessions, session));
  const server = createHttpServer(handler);
  // What Node does with a connection of its own, kept to be done once we know that it speaks HTTP/1.1.
  const serveHttp1 = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    peek(socket, (isHttp2) => {
      if (isHttp2) {
        http2.emit("connection", socket);
      } else {
        for (const listener of serveHttp1) {
          listener.call(server, socket);
        }
        socket.resume();
      }
    });
  });
  return server;
}

const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const PEEK_TIMEOUT_MS = 10_000;

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
    socket.off("data", read).off("error", giveUp).off("timeout", giveUp).setTimeout(0).pause();
    socket.unshift(seen);
    decide(matches);
  };
  socket.on("data", read).on("error", giveUp).on("timeout", giveUp).setTimeout(PEEK_TIMEOUT_MS);
}

function track<T extends { once(event: "close", listener: () => void): unknown }>(set: Set<T>, item: T): void {
  set.add(item);
  item.once("close", () => set.delete(item));
}
