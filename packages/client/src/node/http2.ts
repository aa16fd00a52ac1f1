import type { ClientHttp2Stream, Http2Session } from "node:http2";
import { compressionGzip, createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import type { Connection, ServerAddress } from "../context.ts";

/** Without pings a stream would never notice that the server has vanished. */
const PINGS = { pingIntervalMs: 20_000, pingTimeoutMs: 10_000 };

export function connectByHttp2({ baseUrl, tls = {}, compress = !isLoopback(baseUrl) }: ServerAddress): Connection {
  const { certificate, ...others } = tls;
  const sessionManager = new Sessions(baseUrl, PINGS, { ...others, ...(certificate && { cert: certificate }) });
  const transport = createConnectTransport({
    baseUrl,
    httpVersion: "2",
    useBinaryFormat: true,
    sessionManager,
    ...(compress ? { acceptCompression: [compressionGzip], sendCompression: compressionGzip } : { acceptCompression: [] }),
  });
  return { transport, close: () => sessionManager.abort() };
}

/**
 * Connect no longer listens for errors of a connection that it has given up, as when it is closed. One that fails a moment later, because
 * the server's goodbye was on its way, would end the process.
 */
class Sessions extends Http2SessionManager {
  readonly #seen = new WeakSet<Http2Session>();

  override async request(...request: Parameters<Http2SessionManager["request"]>): Promise<ClientHttp2Stream> {
    const stream = await super.request(...request);
    const { session } = stream;
    if (session !== undefined && !this.#seen.has(session)) {
      this.#seen.add(session);
      // Its calls tell of it.
      session.on("error", () => {});
    }
    return stream;
  }
}

function isLoopback(baseUrl: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(baseUrl).hostname);
}
