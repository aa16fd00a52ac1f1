import { create, type DescMessage, type MessageInitShape, toBinary, toJsonString } from "@bufbuild/protobuf";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  CreateUserRequestSchema,
  GetUserRequestSchema,
  ListUsersRequestSchema,
  UserService,
} from "../../gen/roster/v1/user_service_pb.js";
import { clientOf } from "../support/clients.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { overHttp1, overHttp2 } from "./wire.ts";

// Unary calls that are written as most clients write them take a short way. The library reads the same content type in capitals, too:
// so both answers can be compared.

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  const users = clientOf(UserService, server.url, server.secret);
  for (let n = 0; n < 20; n += 1) await users.createUser({ user: { id: `user-${n}`, about: "Ä".repeat(n * 20) } });
});
afterAll(() => server.stop());

const TYPES = [
  "application/json",
  "application/proto",
  "application/grpc",
  "application/grpc+proto",
  "application/grpc-web",
  "application/grpc-web+proto",
];
const OVER = { "HTTP/1.1": overHttp1, "HTTP/2": overHttp2 };
const CASES = TYPES.flatMap((type) =>
  Object.entries(OVER).flatMap(([version, over]) =>
    /grpc($|\+)/.test(type) && version === "HTTP/1.1" ? [] : [[type, version, over] as const],
  ),
);

test.each(CASES)(
  "an answer to %s over %s is what it is if the request is spelt in another way",
  async (type, _version, over) => {
    const ask = async (contentType: string, { method, body, headers }: Ask) => {
      const url = new URL(`/roster.v1.UserService/${method}`, server.url);
      const { header, trailer, ...answer } = await over(
        url,
        { ...known(), ...headers, "content-type": contentType },
        body,
        "POST",
      );
      header.delete("date");
      return { ...answer, header: Object.fromEntries(header), trailer: Object.fromEntries(trailer) };
    };
    for (const each of asks(type)) {
      const answer = await ask(type, each);
      expect({ ask: each.name, answer }).toEqual({ ask: each.name, answer: await ask(type.toUpperCase(), each) });
    }
  },
);

interface Ask {
  readonly name: string;
  readonly method: string;
  readonly body: Buffer;
  readonly headers: Record<string, string>;
}

/** Errors name the trace. */
const known = () => ({ "x-api-key": server.secret, traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` });

function asks(type: string): Ask[] {
  const write = <D extends DescMessage>(schema: D, init: MessageInitShape<D>): Buffer => {
    const message = create(schema, init);
    if (type.endsWith("json")) return Buffer.from(toJsonString(schema, message));
    const bytes = toBinary(schema, message);
    return Buffer.from(type.includes("grpc") ? encodeEnvelope(0, bytes) : bytes);
  };
  const get = (id: string) => write(GetUserRequestSchema, { key: { case: "id", value: id } });
  const list = write(ListUsersRequestSchema, { pageSize: 50 });
  const gzip = { "accept-encoding": "br, gzip", "grpc-accept-encoding": "identity,gzip" };
  const create1 = write(CreateUserRequestSchema, { user: { id: "user-1" } });
  const odd = type.includes("grpc") ? get("user-1").subarray(0, -1) : Buffer.from("{");
  return [
    ["an answer", "GetUser", get("user-1"), {}],
    ["a long answer", "ListUsers", list, {}],
    ["a short answer that may be compressed", "GetUser", get("user-1"), gzip],
    ["a long answer that may be compressed", "ListUsers", list, gzip],
    [
      "a long answer, compressed by others only",
      "ListUsers",
      list,
      { "accept-encoding": "br", "grpc-accept-encoding": "zstd" },
    ],
    ["a deadline", "GetUser", get("user-1"), { "connect-timeout-ms": "60000", "grpc-timeout": "60S" }],
    ["a deadline that is none", "GetUser", get("user-1"), { "connect-timeout-ms": "soon", "grpc-timeout": "soon" }],
    ["nobody", "GetUser", get("nobody-Ä\n"), {}],
    ["nobody, compressed", "GetUser", get("n".repeat(120)), gzip],
    ["a user that exists", "CreateUser", create1, {}],
    ["a field that breaks a rule", "GetUser", get("ä".repeat(300)), {}],
    ["no key", "GetUser", get("user-1"), { "x-api-key": "" }],
    ["a body that is no message", "GetUser", odd, {}],
    ["an empty body", "ListUsers", Buffer.alloc(0), {}],
    ["an encoding that is not known", "GetUser", get("user-1"), { "content-encoding": "zstd", "grpc-encoding": "zstd" }],
    ["a header of many", "GetUser", get("user-1"), { "content-encoding": "identity", "grpc-encoding": "identity" }],
  ].map(([name, method, body, headers]) => ({ name, method, body, headers }) as Ask);
}
