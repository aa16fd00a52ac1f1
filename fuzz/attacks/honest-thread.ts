// The honest client: in a thread of its own, so that what the attackers of this process do does not count as the server's delay.
import { setTimeout } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { createRosterClient } from "@roster/client";
import type { Call, HonestOptions } from "./honest.ts";

const { http, grpc, secret, userId, pauseMs }: HonestOptions = workerData;
const PATIENCE_MS = 60_000;
const WAYS = [
  createConnectTransport({ baseUrl: http, httpVersion: "2" }),
  createGrpcTransport({ baseUrl: grpc }),
  // A new connection for each call.
  createConnectTransport({ baseUrl: http, httpVersion: "1.1", nodeOptions: { agent: false } }),
].map((transport) => createRosterClient({ transport, apiKey: secret, timeoutMs: PATIENCE_MS, retry: false }));

await Promise.all(WAYS.map(keepCalling));

/** One call after the other: whoever waits does not make others wait for what it asks meanwhile. */
async function keepCalling(client: (typeof WAYS)[number]): Promise<never> {
  for (;;) {
    const start = performance.now();
    const error = await client.users.getUser({ key: { case: "id", value: userId } }).then(() => undefined, String);
    const made: Call = { milliseconds: performance.now() - start, error };
    parentPort?.postMessage(made);
    await setTimeout(pauseMs);
  }
}
