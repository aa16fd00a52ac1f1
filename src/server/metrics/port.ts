import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Log } from "../../log.ts";
import { answerProbe, type Readiness } from "../probes.ts";

export interface MetricsPort {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves GET /metrics, with the text that `read` returns, and probes, and nothing else. A port of its own, because metrics are not for
 * callers.
 */
export async function openMetricsPort(
  { host, port }: Pick<MetricsPort, "host" | "port">,
  read: () => Promise<string>,
  readiness: Readiness,
  log: Log,
): Promise<MetricsPort> {
  const server = createServer((request, response) => {
    if (answerProbe(request, response, readiness)) {
      return;
    }
    if (request.method !== "GET" || request.url?.split("?", 1)[0] !== "/metrics") {
      response.writeHead(404, { "content-type": "text/plain" }).end("there are GET /metrics, /livez and /readyz\n");
      return;
    }
    read().then(
      (text) => response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(text),
      (error: unknown) => {
        log.error({ err: error }, "metrics can't be read");
        response.writeHead(500).end();
      },
    );
  });
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address() as AddressInfo;
  return {
    host,
    port: address.port,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
