import { create, type JsonObject, toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { CreateUserRequestSchema, MetadataUpdate } from "../../gen/roster/v1/user_service_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../support/clients.ts";
import { addUser, getUser, useRoster } from "./setup.ts";

const roster = useRoster();

/** What a user has after its metadata was patched. */
async function patched(stored: JsonObject, patch: JsonObject, metadataUpdate = MetadataUpdate.UNSPECIFIED) {
  const users = roster.users();
  const { id } = await addUser(users, { metadata: stored });
  await users.updateUser({ user: { id, metadata: patch }, metadataUpdate });
  return (await getUser(users, id)).metadata;
}

function nested(levels: number): JsonObject {
  return levels === 1 ? {} : { a: nested(levels - 1) };
}

/** `__proto__` as an own key. */
const PROTO: JsonObject = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}, "toString": null}');

describe("UpdateUser and metadata", () => {
  const stored = { keep: 1, deep: { x: 1, y: { z: 2 } }, list: [1, 2] };

  test("replaces by default", async () => {
    expect(await patched(stored, { only: true })).toEqual({ only: true });
    expect(await patched(stored, {})).toEqual({});
    expect(await patched(stored, { only: null }, MetadataUpdate.REPLACE)).toEqual({ only: null });
  });

  test("merges at every depth; null removes, lists are replaced", async () => {
    const patch = { deep: { y: { w: 3, z: null } }, list: [3], fresh: { a: null, b: 1 } };
    expect(await patched(stored, patch, MetadataUpdate.MERGE)).toEqual({
      keep: 1,
      deep: { x: 1, y: { w: 3 } },
      list: [3],
      fresh: { b: 1 },
    });
    expect(await patched(stored, { keep: { now: "an object" } }, MetadataUpdate.MERGE)).toMatchObject({
      keep: { now: "an object" },
    });
    expect(await patched(stored, {}, MetadataUpdate.MERGE)).toEqual(stored);
  });

  test("merges top-level keys only; null is a value", async () => {
    const patch = { deep: { y: 1 }, keep: null };
    expect(await patched(stored, patch, MetadataUpdate.MERGE_TOP_LEVEL)).toEqual({
      keep: null,
      deep: { y: 1 },
      list: [1, 2],
    });
    expect(await patched(stored, {}, MetadataUpdate.MERGE_TOP_LEVEL)).toEqual(stored);
  });

  test("clears when the mask names it and it is absent, however it would be merged", async () => {
    const users = roster.users();
    const { id } = await addUser(users, { metadata: stored });
    const { user } = await users.updateUser({
      user: { id },
      updateMask: { paths: ["metadata"] },
      metadataUpdate: MetadataUpdate.MERGE,
    });
    expect(user?.metadata).toEqual({});
  });

  test("measures the merged object, not only the patch", async () => {
    const users = roster.users();
    const { id } = await addUser(users, { metadata: { a: "x".repeat(40_000) } });
    const patch = { user: { id, metadata: { b: "x".repeat(40_000) } }, metadataUpdate: MetadataUpdate.MERGE };
    expect(fieldsOf(await failure(users.updateUser(patch), Code.InvalidArgument, "FIELD_INVALID"))).toEqual([
      "user.metadata",
    ]);
    expect(Object.keys((await getUser(users, id)).metadata ?? {})).toEqual(["a"]);
  });

  test.each([MetadataUpdate.REPLACE, MetadataUpdate.MERGE, MetadataUpdate.MERGE_TOP_LEVEL])(
    "keeps __proto__ as plain data (metadata_update %d)",
    async (how) => {
      const metadata = await patched({ a: 1 }, PROTO, how);
      expect(Object.keys(metadata ?? {})).toContain("__proto__");
      expect(JSON.stringify(metadata)).toContain('"__proto__":{"polluted":true}');
      expect(Reflect.get({}, "polluted")).toBeUndefined();
    },
  );
});

describe.each(PROTOCOL_NAMES)("metadata, %s", (protocol) => {
  test("comes back as it was sent", async () => {
    const metadata: JsonObject = {
      numbers: [0, 1.5, 1e300, 2 ** 53, -0.1],
      text: 'üñí \u2028 😀 " \\ \n',
      nothing: null,
      "dotted.key": { "with space": [[], {}, [null]] },
    };
    expect((await addUser(roster.users(protocol), { metadata })).metadata).toEqual(metadata);
    expect(JSON.stringify((await addUser(roster.users(protocol), { metadata: PROTO })).metadata)).toContain('"__proto__"');
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
