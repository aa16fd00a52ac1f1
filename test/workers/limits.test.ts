import { test } from "vitest";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { servicesOf } from "../rpc/services.ts";
import { expectHeldToSlowLimit, SLOW_LIMIT } from "../support/demand.ts";
import { testFolder } from "../support/folder.ts";
import { spawnWithWorkers } from "./workers.ts";

test.each([
  ["all workers", 2],
  ["one worker", 1],
])("a key has its whole limit, and no more, by connections to %s", async (_, reached) => {
  const server = await spawnWithWorkers(testFolder(), 2);
  const { keys } = servicesOf(server.url, server.secret);
  const apiKey = { displayName: "Limited", role: ApiKeyRole.READER, rateLimit: SLOW_LIMIT };
  const { secret } = await keys().createApiKey({ apiKey });
  const clients = (await server.connections(secret)).slice(0, reached);
  await expectHeldToSlowLimit(async (index) => clients[index % clients.length]?.listUsers({ pageSize: 1 }));
});
