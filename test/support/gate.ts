import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A wire to a server that can be held, so that a test knows that an answer is under way and not yet complete. */
export interface Gate {
  readonly url: string;
  /** Resolves when so many bytes have come from the server; no more come through then. */
  holdAfter(bytes: number): Promise<void>;
  /** Lets everything through again. */
  open(): void;
}

/** A gate in front of the server, gone when the test is. */
export async function createGate(serverUrl: string): Promise<Gate> {
  const { hostname, port } = new URL(serverUrl);
  const upstreams = new Set<Socket>();
  const sockets = new Set<Socket>();
  let passed = 0;
  let limit = Number.POSITIVE_INFINITY;
  let held = Promise.withResolvers<void>();

  const gate = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [socket, other] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => other.destroy());
    }
    upstreams.add(upstream);
    client.on("data", (data) => upstream.write(data));
    upstream.on("data", (data: Buffer) => {
      client.write(data);
      passed += data.length;
      if (passed >= limit) {
        upstream.pause();
        held.resolve();
      }
    });
  }).listen(0, "127.0.0.1");
  await once(gate, "listening");
  onTestFinished(() => {
    gate.close();
    for (const socket of sockets) socket.destroy();
  });

  return {
    url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    holdAfter(bytes) {
      passed = 0;
      limit = bytes;
      held = Promise.withResolvers();
      return held.promise;
    },
    open() {
      limit = Number.POSITIVE_INFINITY;
      for (const upstream of upstreams) upstream.resume();
    },
  };
}
