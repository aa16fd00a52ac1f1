import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { create, createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { clientOf, grpcPortOf } from "../support/clients.ts";
import { createFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const SERVICES = [
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
  "roster.v1.ApiKeyService",
  "roster.v1.ServerService",
  "roster.v1.UserService",
];
const BUF = join(import.meta.dirname, "../../node_modules/.bin/buf");
const PROTOCOLS = {
  connect: ["connect", () => server.url],
  grpc: ["grpc", () => server.url],
  grpcweb: ["grpcweb", () => server.url],
  "grpc, on its own port": ["grpc", () => grpcPortOf(server.url)],
} as const;

// Inside the repository buf would take the schema from there.
const folder = createFolder();
let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  folder.remove();
});

async function buf(...args: string[]): Promise<string> {
  const common = ["curl", "--http2-prior-knowledge", "-H", `x-api-key: ${server.secret}`];
  return (await promisify(execFile)(BUF, [...common, ...args], { cwd: folder.path })).stdout;
}

describe.each(["grpc-v1", "grpc-v1alpha"])("reflection %s", (version) => {
  test("lists every service and method to buf", async () => {
    const reflect = ["--reflect-protocol", version];
    expect((await buf(...reflect, "--list-services", server.url)).trim().split("\n")).toEqual(
      expect.arrayContaining(SERVICES),
    );
    const methods = (await buf(...reflect, "--list-methods", server.url)).trim().split("\n");
    expect(methods).toEqual(
      expect.arrayContaining([
        "roster.v1.UserService/ListUsersChunked",
        "grpc.health.v1.Health/Watch",
        "roster.v1.ApiKeyService/WhoAmI",
      ]),
    );
  });
});

describe.each(Object.entries(PROTOCOLS))("buf curl over %s", (_name, [protocol, url]) => {
  const rpc = (method: string, data: object) =>
    buf("--protocol", protocol, "--data", JSON.stringify(data), `${url()}/roster.v1.UserService/${method}`);

  test("creates, gets and exports a user, knowing nothing but the address", async () => {
    const { user } = JSON.parse(await rpc("CreateUser", { user: { name: "Ada", metadata: { team: ["a", 1] } } }));
    expect(user).toMatchObject({ name: "Ada", metadata: { team: ["a", 1] } });
    expect(JSON.parse(await rpc("GetUser", { id: user.id })).user).toEqual(user);
    expect(await rpc("ListUsersChunked", { chunkSize: 1 })).toContain(user.id);
  });

  test("shows the reason of a failure", async () => {
    const thrown: unknown = await rpc("GetUser", { id: "nobody" }).catch((error: unknown) => error);
    const { code, details } = JSON.parse(String(Reflect.get(Object(thrown), "stderr")));
    expect(code).toBe("not_found");
    expect(details[0].type).toBe("google.rpc.ErrorInfo");
    expect(Buffer.from(details[0].value, "base64").toString()).toContain("USER_NOT_FOUND");
  });
});

type Lookup = {
  case: "fileContainingSymbol" | "fileByFilename" | "listServices" | "allExtensionNumbersOfType";
  value: string;
};

const VERSIONS = [ServerReflection, ServerReflectionAlpha] as const;
const BOTH_PORTS = ["gRPC, HTTP/2", "gRPC, its own port"] as const;
const CASES = VERSIONS.flatMap((version) => BOTH_PORTS.map((protocol) => [version.typeName, protocol, version] as const));

describe.each(CASES)("%s over %s", (_name, protocol, version) => {
  async function ask(...lookups: Array<Lookup | undefined>) {
    async function* requests() {
      for (const lookup of lookups) {
        yield lookup === undefined ? {} : { messageRequest: lookup };
      }
    }
    const client = clientOf<typeof ServerReflection | typeof ServerReflectionAlpha>(
      version,
      server.url,
      undefined,
      protocol,
    );
    const answers = [];
    for await (const { messageResponse } of client.serverReflectionInfo(requests())) {
      answers.push(messageResponse);
    }
    return answers;
  }

  test("gives all the files that a service needs, each after those it needs", async () => {
    for (const symbol of [
      ...SERVICES,
      "roster.v1.User",
      ".roster.v1.User.metadata",
      "roster.v1.UserService.GetUser",
      "google.rpc.ErrorInfo",
    ]) {
      const [answer] = await ask({ case: "fileContainingSymbol", value: symbol });
      if (answer?.case !== "fileDescriptorResponse") {
        expect.fail(`${symbol}: ${answer?.case}`);
      }
      const files = answer.value.fileDescriptorProto.map(
        (bytes): FileDescriptorProto => fromBinary(FileDescriptorProtoSchema, bytes),
      );
      const seen = new Set<string>();
      for (const { name, dependency } of files) {
        expect(dependency.filter((needed) => !seen.has(needed))).toEqual([]);
        seen.add(name);
      }
      const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: files }));
      expect([...registry.files].map(({ proto }) => proto.name)).toEqual(files.map(({ name }) => name));
    }
  });

  test("answers one question after the other, and what it does not know or understand with an error", async () => {
    const answers = await ask(
      { case: "fileContainingSymbol", value: "nobody.v1.Nothing" },
      { case: "fileContainingSymbol", value: "" },
      { case: "fileContainingSymbol", value: "....." },
      { case: "fileByFilename", value: "../../etc/passwd" },
      undefined,
      { case: "listServices", value: "anything" },
      { case: "allExtensionNumbersOfType", value: "google.protobuf.FieldOptions" },
    );
    const codes = answers.slice(0, 5).map((answer) => answer.case === "errorResponse" && answer.value.errorCode);
    expect(codes).toEqual([Code.NotFound, Code.NotFound, Code.NotFound, Code.NotFound, Code.InvalidArgument]);
    const list = answers[5]?.case === "listServicesResponse" ? answers[5].value.service.map(({ name }) => name) : [];
    expect(list).toEqual(expect.arrayContaining(SERVICES));
    const { statuses } = await clientOf(Health, server.url, undefined).list({});
    expect(["", ...list]).toEqual(Object.keys(statuses).sort());
    expect(answers[6]).toMatchObject({ case: "allExtensionNumbersResponse" });
  });
});
