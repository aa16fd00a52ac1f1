import type { JsonObject } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { MetadataUpdate } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, fieldsOf } from "../../support/clients.ts";
import { addSession, addUser, useRoster } from "../setup.ts";

const roster = useRoster();

async function begin(values: { externalId?: string; metadata?: JsonObject } = {}) {
  const account = await roster.account();
  return { ...account, session: await addSession(account.sessions(), { userId: account.ownerId, ...values }) };
}

describe("UpdateSession", () => {
  const stored = { a: 1, deep: { x: 1, y: [1, 2] } };
  const rules: Array<[MetadataUpdate, object]> = [
    [MetadataUpdate.UNSPECIFIED, { deep: { x: null, z: 3 } }],
    [MetadataUpdate.REPLACE, { deep: { x: null, z: 3 } }],
    [MetadataUpdate.MERGE, { a: 1, deep: { y: [1, 2], z: 3 } }],
    [MetadataUpdate.MERGE_TOP_LEVEL, { a: 1, deep: { x: null, z: 3 } }],
  ];
  test.each(rules)("changes metadata by rule %i as it does those of a user", async (metadataUpdate, metadata) => {
    const { sessions, session } = await begin({ metadata: stored });
    const given = { id: session.id, metadata: { deep: { x: null, z: 3 } } };
    expect((await sessions().updateSession({ session: given, metadataUpdate })).session?.metadata).toEqual(metadata);
  });

  test("changes what is present, or what the mask names, and clears what is named but absent", async () => {
    const { sessions, session } = await begin({ externalId: "x", metadata: { a: 1 } });
    const update = async (values: object, paths?: string[]) => {
      const request = { session: { id: session.id, ...values }, ...(paths && { updateMask: { paths } }) };
      const { session: changed } = await sessions().updateSession(request);
      return [changed?.externalId, changed?.metadata];
    };
    expect(await update({ externalId: "y" })).toEqual(["y", { a: 1 }]);
    expect(await update({ externalId: "z", metadata: { b: 2 } }, ["metadata"])).toEqual(["y", { b: 2 }]);
    expect(await update({}, ["external_id"])).toEqual([undefined, { b: 2 }]);
    expect(await update({ externalId: "w" }, ["*"])).toEqual(["w", {}]);
    expect(await update({ metadata: { c: 3 } }, ["external_id", "metadata"])).toEqual([undefined, { c: 3 }]);
  });

  test("writes nothing when nothing changes", async () => {
    const { sessions, session } = await begin({ externalId: "x", metadata: { a: 1, b: 2 } });
    const same = { id: session.id, externalId: "x", metadata: { b: 2, a: 1 } };
    expect((await sessions().updateSession({ session: same })).session).toEqual(session);
    expect((await sessions().updateSession({ session: { id: session.id } })).session).toEqual(session);
  });

  test("refuses an external id that another open session of the user has, and keeps the session as it was", async () => {
    const { users, sessions, session, ownerId: userId } = await begin({ externalId: "x" });
    const other = await addSession(sessions(), { userId, externalId: "y" });
    const call = () => sessions().updateSession({ session: { id: other.id, externalId: "x", metadata: { a: 1 } } });
    await failure(call(), Code.AlreadyExists, "EXTERNAL_ID_TAKEN");
    expect((await sessions().getSession({ id: other.id })).session).toEqual(other);
    const second = await addSession(sessions(), { userId: (await addUser(users())).id });
    const { session: theirs } = await sessions().updateSession({ session: { id: second.id, externalId: "x" } });
    expect(theirs?.externalId).toBe("x");
    await sessions().endSession({ id: session.id });
    expect((await call()).session?.externalId).toBe("x");
  });

  test("needs the current etag, when it is given one", async () => {
    const { sessions, session } = await begin();
    const update = (etag: string, a: number) =>
      sessions().updateSession({ session: { id: session.id, etag, metadata: { a } } });
    const { session: changed } = await update(session.etag, 1);
    await failure(update(session.etag, 2), Code.Aborted, "ETAG_MISMATCH");
    expect((await update(changed?.etag ?? "", 3)).session?.metadata).toEqual({ a: 3 });
  });

  test("neither changes an ended session nor revives a deleted one", async () => {
    const { sessions, session } = await begin();
    const update = () => sessions().updateSession({ session: { id: session.id, metadata: { a: 1 } } });
    const { session: ended } = await sessions().endSession({ id: session.id });
    await failure(update(), Code.FailedPrecondition, "SESSION_ENDED");
    expect((await sessions().getSession({ id: session.id })).session).toEqual(ended);
    await sessions().deleteSession({ id: session.id });
    await failure(update(), Code.NotFound, "SESSION_NOT_FOUND");
    await failure(sessions().getSession({ id: session.id }), Code.NotFound, "SESSION_NOT_FOUND");
  });

  test("does not move a session to another user", async () => {
    const { users, sessions, session, ownerId: userId } = await begin();
    const other = await addUser(users());
    const move = sessions().updateSession({ session: { id: session.id, userId: other.id } });
    expect(fieldsOf(await failure(move, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["session.user_id"]);
    const back = { ...session, metadata: { round: "trip" } };
    expect((await sessions().updateSession({ session: back })).session).toMatchObject({ userId, metadata: back.metadata });
  });

  test.each(["id", "user_id", "end_time", "create_time", "etag", "nope", "metadata.a", "externalId", ""])(
    "refuses the mask path %j",
    async (path) => {
      const { sessions, session } = await begin();
      const call = sessions().updateSession({ session: { id: session.id }, updateMask: { paths: [path] } });
      expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["update_mask"]);
    },
  );

  test("refuses metadata that grow too large by merging", async () => {
    const { sessions, session } = await begin({ metadata: { a: "x".repeat(40_000) } });
    const grown = { session: { id: session.id, metadata: { b: "x".repeat(40_000) } }, metadataUpdate: MetadataUpdate.MERGE };
    const error = await failure(sessions().updateSession(grown), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual(["session.metadata"]);
  });

  test("loses none of fifty parallel merges", async () => {
    const { sessions, session } = await begin();
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        sessions().updateSession({
          session: { id: session.id, metadata: { [`key${i}`]: i } },
          metadataUpdate: MetadataUpdate.MERGE_TOP_LEVEL,
        }),
      ),
    );
    const merged = (await sessions().getSession({ id: session.id })).session?.metadata;
    expect(Object.keys(merged ?? {})).toHaveLength(50);
  });
});
