import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, failure, fieldsOf, PROTOCOL_NAMES } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { spawnServer } from "../support/process.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe.each(PROTOCOL_NAMES)("%s", (protocol) => {
  test("works", async () => {
    const users = clientOf(UserService, server.url, server.secret, protocol);
    const { user } = await users.createUser({ user: { name: "Ada" } });
    expect(user?.name).toBe("Ada");
    const error = await failure(users.createUser({ user: { name: "1" } }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual(["user.name"]);
  });
});

test("spawns", async () => {
  const server = await spawnServer(testFolder());
  const users = clientOf(UserService, server.url, server.secret);
  expect((await users.listUsers({})).users).toHaveLength(1);
  expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
});
