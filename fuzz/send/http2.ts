import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants, type IncomingHttpHeaders } from "node:http2";
import type { Shot } from "../requests/shot.ts";
import { type Answer, MOST_BYTES, PATIENCE_MS, STAY_MS } from "./answer.ts";

const SESSIONS = 4;

/** Sends requests over HTTP/2, by a few connections that are kept. */
export class Http2Sender {
  readonly #sessions = new Map<string, ClientHttp2Session>();
  #turn = 0;

  /** `endless`: the answer need not end; it is left after a while. */
  send(origin: URL, shot: Shot, headers: Shot["headers"], endless: boolean): Promise<Answer> {
    this.#turn = (this.#turn + 1) % SESSIONS;
    return exchange(this.#session(origin, `${origin.origin} ${this.#turn}`), origin, shot, headers, endless);
  }

  /** By a connection of its own, which no other request can break. */
  async sendAlone(origin: URL, shot: Shot, headers: Shot["headers"], endless: boolean): Promise<Answer> {
    const session = open(origin);
    try {
      return await exchange(session, origin, shot, headers, endless);
    } finally {
      session.destroy();
    }
  }

  #session(origin: URL, name: string): ClientHttp2Session {
    const known = this.#sessions.get(name);
    if (known !== undefined && !known.closed && !known.destroyed) return known;
    const session = open(origin);
    this.#sessions.set(name, session);
    return session;
  }

  close(): void {
    for (const session of this.#sessions.values()) session.destroy();
    this.#sessions.clear();
  }
}

function open(origin: URL): ClientHttp2Session {
  const session = connect(origin, { settings: { enablePush: false } });
  session.on("error", () => {});
  session.setMaxListeners(0);
  return session;
}

function exchange(
  session: ClientHttp2Session,
  origin: URL,
  { verb, path, body }: Shot,
  headers: Shot["headers"],
  endless: boolean,
): Promise<Answer> {
  return new Promise((resolve) => {
    let stream: ClientHttp2Stream;
    try {
      const pseudo = [":method", verb, ":scheme", "http", ":authority", origin.host, ":path", path];
      stream = session.request([...pseudo, ...headers.flat()], { endStream: false });
    } catch {
      resolve({ kind: "unsent" });
      return;
    }
    const start = performance.now();
    const [parts, received] = [
      [] as Buffer[],
      { header: new Headers(), trailer: new Headers(), status: 0, bytes: 0, left: false },
    ];
    const leave = () => {
      received.left = true;
      stream.close(constants.NGHTTP2_CANCEL);
    };
    const timer = setTimeout(
      () => {
        if (!endless) resolve({ kind: "silent", milliseconds: performance.now() - start });
        leave();
      },
      endless ? STAY_MS : PATIENCE_MS,
    );
    stream.on("response", (header: IncomingHttpHeaders) => {
      received.status = Number(header[":status"]);
      received.header = toHeaders(header);
    });
    stream.on("trailers", (trailer: IncomingHttpHeaders) => {
      received.trailer = toHeaders(trailer);
    });
    stream.on("data", (part: Buffer) => {
      parts.push(part);
      received.bytes += part.length;
      if (received.bytes > MOST_BYTES) leave();
    });
    stream.on("error", () => {});
    stream.on("close", () => {
      clearTimeout(timer);
      const { status, left, header, trailer } = received;
      const isWhole = stream.readableEnded && status !== 0;
      if (isWhole || left)
        resolve({ kind: "answered", status: status || 200, header, trailer, body: Buffer.concat(parts), left });
      else resolve({ kind: "broken", why: `the stream was reset with ${stream.rstCode}` });
    });
    stream.end(body);
  });
}

function toHeaders(headers: IncomingHttpHeaders): Headers {
  const pairs = Object.entries(headers).filter(([name]) => !name.startsWith(":"));
  return new Headers(pairs.map(([name, value]): [string, string] => [name, String(value)]));
}
