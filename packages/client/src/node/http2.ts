import { compressionGzip, createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";
import type { Connection, ServerAddress } from "../client.ts";

/** Without pings a stream would never notice that the server has vanished. */
const PINGS = { pingIntervalMs: 20_000, pingTimeoutMs: 10_000 };

export function connectByHttp2({ baseUrl, tls = {}, compress = !isLoopback(baseUrl) }: ServerAddress): Connection {
  const { certificate, ...others } = tls;
  const sessionManager = new Http2SessionManager(baseUrl, PINGS, { ...others, ...(certificate && { cert: certificate }) });
  const transport = createConnectTransport({
    baseUrl,
    httpVersion: "2",
    useBinaryFormat: true,
    sessionManager,
    ...(compress ? { acceptCompression: [compressionGzip], sendCompression: compressionGzip } : { acceptCompression: [] }),
  });
  return { transport, close: () => sessionManager.abort() };
}

function isLoopback(baseUrl: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(new URL(baseUrl).hostname);
}
