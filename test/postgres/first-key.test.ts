import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { clientOf } from "../support/clients.ts";
import { createDatabase } from "../support/database.ts";
import { testFolder } from "../support/folder.ts";
import { runRoster, serverEnv, spawnServer } from "../support/process.ts";

test("a first start that finds its port taken has shown the first key, which works at the next start", async () => {
  const { url } = await createDatabase();
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = Object.assign({ port: 0 }, taken.address());
  const folder = testFolder();
  const env = { ...serverEnv(folder), ROSTER_DATABASE_URL: url };
  const { code, output } = await runRoster(["serve"], { ...env, ROSTER_HTTP_ADDRESS: `127.0.0.1:${port}` });
  taken.close();
  expect(code).toBe(1);
  const [secret = ""] = /roster_K\S+/.exec(output) ?? [];

  const server = await spawnServer(folder, { env: { ROSTER_DATABASE_URL: url } });
  expect(await clientOf(ApiKeyService, server.url, secret).whoAmI({})).toMatchObject({ superAdmin: true });
  await server.end("SIGTERM");
});
