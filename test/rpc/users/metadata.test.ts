import type { JsonObject } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { MetadataUpdate } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, fieldsOf } from "../../support/clients.ts";
import { addUser, getUser, useRoster } from "../setup.ts";

const roster = useRoster();

/** What a user has after its metadata was patched. */
async function patched(stored: JsonObject, patch: JsonObject, metadataUpdate = MetadataUpdate.UNSPECIFIED) {
  const users = roster.users();
  const { id } = await addUser(users, { metadata: stored });
  await users.updateUser({ user: { id, metadata: patch }, metadataUpdate });
  return (await getUser(users, id)).metadata;
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
