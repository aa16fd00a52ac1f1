import { create, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { CreateUserRequestSchema } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, useRoster } from "../setup.ts";

const roster = useRoster();

function nested(levels: number): JsonObject {
  return levels === 1 ? {} : { a: nested(levels - 1) };
}

describe.each(PROTOCOL_NAMES)("metadata, %s", (protocol) => {
  test("comes back as it was sent", async () => {
    const metadata: JsonObject = {
      numbers: [0, 1.5, 1e300, 2 ** 53, -0.1],
      text: 'üñí \u2028 😀 " \\ \n',
      nothing: null,
      "dotted.key": { "with space": [[], {}, [null]] },
    };
    expect((await addUser(roster.users(protocol), { metadata })).metadata).toEqual(metadata);
    expect(
      JSON.stringify((await addUser(roster.users(protocol), { metadata: JSON.parse('{"__proto__": 1}') })).metadata),
    ).toContain('"__proto__"');
  });

  const bad: Array<[string, JsonObject]> = [
    ["17 levels deep", nested(17)],
    ["40 levels deep", nested(40)],
    ["more than 64 KiB", { a: "x".repeat(64 * 1024) }],
    ["an empty key", { "": 1 }],
    ["a key of 256 characters", { ["k".repeat(256)]: 1 }],
    ["U+0000 in text", { a: ["\0"] }],
    ["U+0000 in a key", { "a\0": 1 }],
  ];
  test.each(bad)("may not have %s", async (_, metadata) => {
    const error = await failure(
      roster.users(protocol).createUser({ user: { metadata } }),
      Code.InvalidArgument,
      "FIELD_INVALID",
    );
    expect(fieldsOf(error)).toEqual(["user.metadata"]);
  });

  test("may have 16 levels, 64 KiB and keys of 255 characters", async () => {
    for (const metadata of [nested(16), { a: "x".repeat(64 * 1024 - 8) }, { ["😀".repeat(255)]: 1 }]) {
      expect((await addUser(roster.users(protocol), { metadata })).metadata).toEqual(metadata);
    }
  });
});

describe("metadata on the wire", () => {
  async function post(contentType: string, body: Uint8Array | string) {
    const headers = { "content-type": contentType, authorization: `Bearer ${roster.server.secret}` };
    const response = await fetch(`${roster.server.url}/roster.v1.UserService/CreateUser`, { method: "POST", headers, body });
    return { status: response.status, body: await response.text() };
  }

  test("may not have numbers that are not finite, with a request id or without", async () => {
    for (const [index, number] of [Number.NaN, Number.POSITIVE_INFINITY].entries()) {
      for (const requestId of ["", `not-finite-${index}`]) {
        const request = create(CreateUserRequestSchema, { user: { metadata: { number } }, requestId });
        const response = await post("application/proto", toBinary(CreateUserRequestSchema, request));
        expect(response).toMatchObject({ status: 400, body: expect.stringContaining("FIELD_INVALID") });
      }
    }
  });

  test("may be nested so deep that only a refusal comes back", async () => {
    for (const depth of [200, 5_000, 100_000]) {
      const metadata = `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
      const response = await post("application/json", `{"user":{"metadata":${metadata}},"requestId":"depth-${depth}"}`);
      expect(response).toMatchObject({ status: 400, body: expect.stringContaining("REQUEST_MALFORMED") });
    }
  });

  test("may not have an unpaired surrogate", async () => {
    for (const metadata of ['{"a":"\\ud800"}', '{"\\udfff":1}']) {
      const response = await post("application/json", `{"user":{"metadata":${metadata}}}`);
      expect(response).toMatchObject({ status: 400, body: expect.stringContaining("invalid_argument") });
    }
  });
});
