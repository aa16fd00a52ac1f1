import { Code } from "@connectrpc/connect";
import { createRosterClient, type RosterClient, RosterError } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
let roster: RosterClient;
beforeAll(async () => {
  server = await startTestServer();
  roster = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
});
afterAll(async () => {
  roster.close();
  await server.stop();
});

test.each([true, false])("calls a server, compressed: %s", async (compress) => {
  const client = createRosterClient({ baseUrl: server.url, apiKey: server.secret, compress });
  const about = "long enough to be worth compressing ".repeat(100);
  const { user } = await client.users.createUser({ user: { name: "Ada", about } });
  expect(user).toMatchObject({ name: "Ada", about });
  expect((await client.apiKeys.whoAmI({})).accountId).toBe("default");
  client.close();
});

test("finds the reason of an error, and the fields that it is about", async () => {
  const error = await roster.users.createUser({ user: { name: "1" } }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: Code.InvalidArgument });
  expect(RosterError.from(error).reason).toBe("FIELD_INVALID");
  expect(RosterError.from(error).fields).toEqual([{ field: "user.name", description: expect.any(String) }]);
});

test("closing ends the calls under way, and a later call connects again", async () => {
  const client = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  await client.apiKeys.whoAmI({});
  const call = client.apiKeys.whoAmI({});
  client.close();
  await expect(call).rejects.toThrow();
  expect((await client.apiKeys.whoAmI({})).accountId).toBe("default");
  client.close();
});

test("an export is of one moment, whatever is written meanwhile", async () => {
  await roster.users.importUsers({
    users: Array.from({ length: 50 }, (_, index) => ({ id: `export-${index}`, name: "Before" })),
  });
  const { totalSize } = await roster.users.listUsers({ includeTotal: true });
  const names = new Map<string, string | undefined>();
  for await (const { users } of roster.users.chunks({ chunkSize: 10 })) {
    for (const { id, name } of users) {
      expect(names.has(id)).toBe(false);
      names.set(id, name);
    }
    await roster.users.createUser({ user: { name: "After" } });
    await roster.users.updateUser({ user: { id: "export-49", name: "After" } });
  }
  expect(names.size).toBe(Number(totalSize));
  expect([...names.values()]).not.toContain("After");
});
