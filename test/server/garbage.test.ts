import { create, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LookupUsersRequestSchema } from "../../gen/roster/v1/user_service_pb.js";
import { demand, fieldsOf } from "../support/clients.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { deepCreateUserRequest } from "./deep-request.ts";
import { BINARY_WIRES, call, JSON_WIRES, type RawRequest, WIRE_NAMES, type WireName } from "./wire.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function refusal(
  wire: WireName,
  request: RawRequest,
  code = Code.InvalidArgument,
  reason = "REQUEST_MALFORMED" as const,
) {
  const { error } = await call(wire, server.url, { secret: server.secret, ...request });
  return demand(error, code, reason);
}

const bytes = (hex: string) => Buffer.from(hex, "hex");
const DEEP = deepCreateUserRequest(10_000);
const json = (wire: WireName) => ({ "content-type": contentTypes[wire] });
const contentTypes: Readonly<Record<WireName, string>> = {
  "Connect, JSON": "application/json",
  "Connect, binary": "application/json",
  "gRPC, HTTP/2": "application/grpc+json",
  "gRPC, its own port": "application/grpc",
  "gRPC, HTTP/1.1": "application/grpc+json",
  "gRPC-Web": "application/grpc-web+json",
};
/** An empty message, in JSON on a JSON protocol. */
const nothing = (wire: WireName) => (JSON_WIRES.includes(wire) ? "{}" : "");

describe.each(BINARY_WIRES)("%s", (wire) => {
  test.each([
    ["no protobuf", "ff00ff00ff"],
    ["a message that is cut off", "1280"],
    ["a field of a wrong wire type that runs over the end", "0aff01"],
    ["text that is not UTF-8", "1202c328"],
  ])("refuses %s", async (_name, hex) => {
    await refusal(wire, { method: "UserService/GetUser", message: bytes(hex) });
  });

  test("refuses ten thousand levels of nesting", async () => {
    await refusal(wire, { method: "UserService/CreateUser", message: DEEP });
  });
});

describe.each(WIRE_NAMES.filter((wire) => !wire.startsWith("Connect")))("%s", (wire) => {
  test.each([
    ["an envelope that is cut off", "00000000ff0a", Code.InvalidArgument, "REQUEST_MALFORMED"],
    ["half an envelope's head", "0000", Code.InvalidArgument, "REQUEST_MALFORMED"],
    ["a compressed envelope without a compression", "0100000001ff", Code.InvalidArgument, "REQUEST_MALFORMED"],
    ["an envelope that promises four gigabytes", "00ffffffff00", Code.ResourceExhausted, "MESSAGE_TOO_LARGE"],
    ["no message at all", "", Code.Unimplemented, "PROTOCOL_UNSUPPORTED"],
    ["two messages where one is due", "00000000000000000000", Code.Unimplemented, "PROTOCOL_UNSUPPORTED"],
  ] as const)("refuses %s", async (_name, hex, code, reason) => {
    const { error } = await call(wire, server.url, {
      method: "UserService/ListUsers",
      body: bytes(hex),
      secret: server.secret,
    });
    demand(error, code, reason);
  });
});

describe.each(JSON_WIRES)("%s", (wire) => {
  test.each([
    ["text that is no JSON", "{"],
    ["a field of a wrong type", '{"pageSize":"many"}'],
    ["a number out of range", '{"pageSize":99999999999}'],
    ["an unknown field", '{"pagesize":1}'],
    ["an unknown field with an unpaired surrogate", '{"\\ud800":1}'],
    ["a field given twice", '{"pageSize":1,"pageSize":2}'],
    ["an array instead of a message", "[]"],
    ["bytes that are not UTF-8", Buffer.from('{"pageToken":"\xff"}', "latin1")],
    ["ten thousand levels of nesting", "[".repeat(10_000)],
  ])("refuses, as JSON, %s", async (_name, message) => {
    await refusal(wire, { method: "UserService/ListUsers", message, headers: json(wire) });
  });

  test("answers an unknown name of thirty thousand characters briefly", async () => {
    const message = JSON.stringify({ ["x".repeat(30_000)]: 1 });
    const headers = { ...json(wire), "accept-encoding": "gzip", "grpc-accept-encoding": "gzip" };
    const error = await refusal(wire, { method: "UserService/ListUsers", message, headers });
    expect(error.rawMessage.length).toBeLessThan(500);
  });
});

describe.each(WIRE_NAMES)("%s", (wire) => {
  test("refuses bytes that are not gzip although they are said to be", async () => {
    const headers = { "grpc-encoding": "gzip", "content-encoding": "gzip" };
    for (const body of [bytes("0100000001ff"), bytes("010000000a1f8b0800000000000003")]) {
      await refusal(wire, { method: "UserService/ListUsers", body, headers });
    }
  });

  test("names the compressions it knows when asked for another", async () => {
    const headers = { "grpc-encoding": "zstd", "content-encoding": "zstd" };
    const { error } = await call(wire, server.url, { method: "UserService/ListUsers", message: "", headers });
    expect(demand(error, Code.Unimplemented, "PROTOCOL_UNSUPPORTED").rawMessage).toContain("gzip");
  });

  test("knows no other methods and services", async () => {
    for (const method of ["UserService/Nope", "/nobody.v1.NoService/GetUser", "/", `/${"x".repeat(8_000)}`]) {
      const { error } = await call(wire, server.url, { method, message: "" });
      demand(error, Code.Unimplemented, "METHOD_UNKNOWN");
    }
  });

  test("refuses bytes that are no key", async () => {
    for (const key of ["", " ", "\xff\xfe", "roster_", "a".repeat(8_000), "roster_K0_%00"]) {
      for (const headers of [{ "x-api-key": key }, { authorization: key }, { authorization: `Bearer ${key}` }]) {
        const { error } = await call(wire, server.url, {
          method: "UserService/ListUsers",
          message: nothing(wire),
          headers: { ...json(wire), ...headers },
        });
        demand(error, Code.Unauthenticated, "API_KEY_INVALID");
      }
    }
  });

  test("takes any metadata, plain or binary, and headers given twice", async () => {
    const headers = { ...json(wire), trace: "é", "trace-bin": "!no base64!", other: ["1", "2"], accept: ["a", "b"] };
    const { error } = await call(wire, server.url, {
      method: "UserService/ListUsers",
      message: nothing(wire),
      headers,
      secret: server.secret,
    });
    expect(error).toBeUndefined();
  });
});

describe.each(BINARY_WIRES)("%s", (wire) => {
  test("refuses a thousand wrong fields in an answer that fits into headers", async () => {
    const keys = Array.from({ length: 1000 }, () => ({ key: { case: "id" as const, value: "" } }));
    const message = toBinary(LookupUsersRequestSchema, create(LookupUsersRequestSchema, { keys }));
    const { error } = await call(wire, server.url, { method: "UserService/LookupUsers", message, secret: server.secret });
    expect(fieldsOf(demand(error, Code.InvalidArgument, "FIELD_INVALID"))).toContain("keys[0].id");
  });
});

test.each(["v1", "v1alpha"])("reflection %s refuses garbage, and HTTP/1.1", async (version) => {
  const request = {
    method: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    stream: true,
    message: bytes("ff00"),
  };
  await refusal("gRPC, HTTP/2", request);
  await refusal("gRPC, its own port", request);
  for (const wire of ["Connect, binary", "gRPC, HTTP/1.1", "gRPC-Web"] as const) {
    const { status, error } = await call(wire, server.url, request);
    expect(status).toBe(505);
    expect(demand(error, Code.Unimplemented, "PROTOCOL_UNSUPPORTED").rawMessage).toContain("HTTP/2");
  }
});
