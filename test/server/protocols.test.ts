import { create, fromJson, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ListUsersRequestSchema, ListUsersResponseSchema, UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, demand, failure, PROTOCOL_NAMES } from "../support/clients.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { call, JSON_WIRES, overHttp1, overHttp2, WIRE_NAMES } from "./wire.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

describe.each(PROTOCOL_NAMES)("%s", (protocol) => {
  test("creates, gets, exports and refuses", async () => {
    const users = clientOf(UserService, server.url, server.secret, protocol);
    const { user } = await users.createUser({ user: { name: "Ada" } });
    const key = { case: "id" as const, value: user?.id ?? "" };
    expect((await users.getUser({ key })).user).toEqual(user);
    const exported = [];
    for await (const response of users.listUsersChunked({})) {
      exported.push(...response.users);
    }
    expect(exported).toContainEqual(user);
    await failure(users.getUser({ key: { case: "id", value: "nobody" } }), Code.NotFound, "USER_NOT_FOUND");
  });
});

describe.each(WIRE_NAMES)("%s", (wire) => {
  test("takes no notice of an expectation that is not known", async () => {
    const request = {
      method: "UserService/ListUsers",
      message: wire === "Connect, JSON" ? "{}" : "",
      secret: server.secret,
    };
    expect(await call(wire, server.url, { ...request, headers: { expect: "anything" } })).toMatchObject({
      error: undefined,
    });
  });

  test("is spoken without any header that is not needed", async () => {
    const message = wire === "Connect, JSON" ? "{}" : "";
    const { error, messages } = await call(wire, server.url, {
      method: "UserService/ListUsers",
      message,
      secret: server.secret,
    });
    expect({ error, messages: messages.length }).toEqual({ error: undefined, messages: 1 });
  });

  test("needs no key for health and reflection, and one for everything else", async () => {
    const message = wire === "Connect, JSON" ? "{}" : "";
    const health = await call(wire, server.url, { method: "/grpc.health.v1.Health/Check", message });
    expect(health.error).toBeUndefined();
    for (const method of ["UserService/ListUsers", "ApiKeyService/WhoAmI"]) {
      demand((await call(wire, server.url, { method, message })).error, Code.Unauthenticated, "API_KEY_INVALID");
    }
  });
});

describe("GET", () => {
  function get(method: string, query: Record<string, string>, over = overHttp1) {
    const url = new URL(`/roster.v1.${method}?${new URLSearchParams(query)}`, server.url);
    return over(url, { "x-api-key": server.secret }, Buffer.alloc(0), "GET");
  }

  test("reads, as JSON and in binary, over HTTP/1.1 and HTTP/2", async () => {
    const request = toBinary(ListUsersRequestSchema, create(ListUsersRequestSchema, { pageSize: 1 }));
    const base64 = Buffer.from(request).toString("base64url");
    for (const over of [overHttp1, overHttp2]) {
      const json = await get("UserService/ListUsers", { connect: "v1", encoding: "json", message: '{"pageSize":1}' }, over);
      expect(json.status).toBe(200);
      expect(fromJson(ListUsersResponseSchema, JSON.parse(json.body.toString())).users).toHaveLength(1);
      const binary = await get("UserService/ListUsers", { encoding: "proto", base64: "1", message: base64 }, over);
      expect(binary).toMatchObject({ status: 200 });
    }
  });

  test.each([
    ["a message that is no base64", { encoding: "proto", base64: "1", message: "%%%" }],
    ["a message that is no protobuf", { encoding: "proto", base64: "1", message: "_w8" }],
    ["a message that is no JSON", { encoding: "json", message: "{" }],
    ["no message", { encoding: "json" }],
    ["a message that is not compressed as it says", { encoding: "json", compression: "gzip", message: "{}" }],
  ])("refuses %s", async (_name, query: Record<string, string>) => {
    const { status, body } = await get("UserService/ListUsers", query);
    expect(status).toBe(400);
    demand(errorFromJsonBytes(body, undefined, new ConnectError("no error")), Code.InvalidArgument, "REQUEST_MALFORMED");
  });

  test.each([
    ["an unknown encoding", 415, "UserService/ListUsers", { encoding: "xml", message: "{}" }],
    ["no encoding", 415, "UserService/ListUsers", { message: "{}" }],
    ["an unknown compression", 501, "UserService/ListUsers", { encoding: "json", compression: "zstd", message: "{}" }],
    ["a method that writes", 405, "UserService/CreateUser", { encoding: "json", message: "{}" }],
    ["a stream", 415, "UserService/ListUsersChunked", { encoding: "json", message: "{}" }],
  ])("refuses %s", async (_name, expected, method, query: Record<string, string>) => {
    const { status, body } = await get(method, query);
    expect(status).toBe(expected);
    demand(errorFromJsonBytes(body, undefined, new ConnectError("no error")), Code.Unimplemented, "PROTOCOL_UNSUPPORTED");
  });
});

test.each(["PUT", "DELETE", "PATCH", "TRACE", "QUERY"])("%s is refused, with a hint", async (verb) => {
  const url = new URL("/roster.v1.UserService/ListUsers", server.url);
  for (const over of [overHttp1, overHttp2]) {
    const { status, body } = await over(url, { "content-type": "application/json" }, Buffer.alloc(0), verb);
    expect({ status, body: body.toString() }).toEqual({ status: 405, body: expect.stringContaining("POST") });
  }
});

test.each(["text/plain", "application/xml", "application/grpc+thrift", "application/json; charset=latin1", ""])(
  "content type %j is refused, with those that would be right",
  async (type) => {
    for (const wire of WIRE_NAMES) {
      const headers = { "content-type": type };
      const answer = await call(wire, server.url, { method: "UserService/ListUsers", message: "{}", headers });
      expect(answer.status).toBe(415);
      const right = JSON_WIRES.includes(wire) ? "application/json" : "application/grpc";
      expect(demand(answer.error, Code.Unimplemented, "PROTOCOL_UNSUPPORTED").rawMessage).toContain(right);
    }
  },
);
