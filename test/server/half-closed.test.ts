import { once } from "node:events";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { grpcPortOf } from "../support/clients.ts";
import { startTestServer } from "../support/server.ts";

const PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const EMPTY_SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);

const PORTS = { "the HTTP port": (url: string) => url, "the gRPC port": grpcPortOf };

test.each(Object.entries(PORTS))(
  "on %s, an HTTP/2 connection whose peer has closed its end is closed, and holds up no shutdown",
  async (_port, urlOf) => {
    const server = await startTestServer({ drainTimeoutMs: 600_000 });
    const socket = connect({ port: Number(new URL(urlOf(server.url)).port), host: "127.0.0.1", allowHalfOpen: true });
    socket.write(PREFACE);
    socket.write(EMPTY_SETTINGS);
    await once(socket, "data");
    const closed = once(socket, "end");
    socket.end();
    socket.resume();
    await closed;
    socket.destroy();
    expect(await server.stop()).toBeUndefined();
  },
);
