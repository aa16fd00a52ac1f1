import { create, fromBinary, toBinary, toJsonString } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CreateUserRequestSchema, ListUsersResponseSchema, UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, demand } from "../support/clients.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { fill } from "./fill.ts";
import { call, gzipped, WIRE_NAMES, type WireName } from "./wire.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ maxMessageBytes: 64 * 1024 });
  await fill(clientOf(UserService, server.url, server.secret), 3, 2_000);
});
afterAll(() => server.stop());

function createRequest(wire: WireName, about: string): Uint8Array {
  const request = create(CreateUserRequestSchema, { user: { about } });
  return wire === "Connect, JSON"
    ? Buffer.from(toJsonString(CreateUserRequestSchema, request))
    : toBinary(CreateUserRequestSchema, request);
}

/** Headers that ask for compressed answers. The gRPC port compresses for those who compress their requests. */
function taking(wire: WireName) {
  const accepts = { "accept-encoding": "gzip", "grpc-accept-encoding": "gzip" };
  return wire === "gRPC, its own port" ? { ...accepts, "grpc-encoding": "gzip" } : accepts;
}

describe.each(WIRE_NAMES)("%s", (wire) => {
  const method = "UserService/CreateUser";

  test("refuses a message above the limit", async () => {
    const message = createRequest(wire, "x".repeat(100_000));
    const { error } = await call(wire, server.url, { method, message, secret: server.secret });
    demand(error, Code.ResourceExhausted, "MESSAGE_TOO_LARGE");
  });

  test("refuses a small message that unpacks to a huge one", async () => {
    const bomb = gzipped(wire, createRequest(wire, "x".repeat(50_000_000)));
    expect(bomb.body?.length).toBeLessThan(64 * 1024);
    const { error } = await call(wire, server.url, { method, ...bomb, secret: server.secret });
    demand(error, Code.ResourceExhausted, "MESSAGE_TOO_LARGE");
  });

  test("takes compressed requests", async () => {
    const request = gzipped(wire, createRequest(wire, "y".repeat(10_000)));
    const { error } = await call(wire, server.url, { method, ...request, secret: server.secret });
    expect(error).toBeUndefined();
  });

  test("compresses large answers for those who accept that, and only for those", async () => {
    const list = { method: "UserService/ListUsers", message: wire === "Connect, JSON" ? "{}" : "", secret: server.secret };
    const packed = await call(wire, server.url, { ...list, headers: taking(wire) });
    expect(packed).toMatchObject({ compressed: true, error: undefined });
    const plain = await call(wire, server.url, list);
    expect(plain).toMatchObject({ compressed: false, error: undefined });
    expect(plain.messages[0]?.length).toBeGreaterThan(1.2 * (packed.messages[0]?.length ?? 0));
  });

  test("compressed errors have the reason, too", async () => {
    const { error } = await call(wire, server.url, {
      method,
      message: createRequest(wire, "x".repeat(17_000)),
      headers: taking(wire),
      secret: server.secret,
    });
    demand(error, Code.InvalidArgument, "FIELD_INVALID");
  });
});

test("the gRPC port compresses nothing for those who merely accept it", async () => {
  const headers = { "grpc-accept-encoding": "gzip" };
  const list = { method: "UserService/ListUsers", message: "", secret: server.secret, headers };
  expect(await call("gRPC, its own port", server.url, list)).toMatchObject({ compressed: false, error: undefined });
});

test.each(["gRPC, HTTP/2", "gRPC, its own port"] as const)(
  "a message of fifteen megabytes passes under the default limit: %s",
  async (wire) => {
    const large = await startTestServer();
    try {
      const users = clientOf(UserService, large.url, large.secret, wire);
      const about = "x".repeat(15_900);
      const { created } = await users.importUsers({ users: Array.from({ length: 940 }, () => ({ about })) });
      expect(created).toBe(940);
      const { messages } = await call(wire, large.url, {
        method: "UserService/ListUsers",
        message: Buffer.from("10e807", "hex"),
        secret: large.secret,
      });
      expect(fromBinary(ListUsersResponseSchema, messages[0] ?? new Uint8Array()).users).toHaveLength(941);
    } finally {
      await large.stop();
    }
  },
);
