import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { servicesOf } from "../rpc/services.ts";
import { testFolder } from "../support/folder.ts";
import { spawnWithWorkers } from "./workers.ts";

/** On a busy machine, no pause is so long that the bucket overflows. */
const LIMIT = { perSecond: 200, burst: 100 };

test.each([
  ["all workers", 2],
  ["one worker", 1],
])("a key has its whole limit, and no more, by connections to %s", async (_, reached) => {
  const server = await spawnWithWorkers(testFolder(), 2);
  const { keys } = servicesOf(server.url, server.secret);
  const apiKey = { displayName: "Limited", role: ApiKeyRole.READER, rateLimit: LIMIT };
  const { secret } = await keys().createApiKey({ apiKey });
  const clients = (await server.connections(secret)).slice(0, reached);
  const start = performance.now();
  let answered = 0;
  const work = async (index: number) => {
    while (performance.now() - start < 2_000) {
      const call = clients[index % clients.length]?.listUsers({ pageSize: 1 });
      const error = await call?.then(() => undefined, ConnectError.from);
      if (error === undefined) answered += 1;
      else expect(error.code).toBe(Code.ResourceExhausted);
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_, index) => work(index)));
  const allowed = LIMIT.burst + ((performance.now() - start) / 1000) * LIMIT.perSecond;
  expect(answered).toBeGreaterThan(allowed * 0.9);
  expect(answered).toBeLessThanOrEqual(allowed * 1.1);
});
