import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ErrorInfoSchema, ResourceInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { demand, failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, addUsers, all, useRoster } from "../setup.ts";

const roster = useRoster();

describe.each(PROTOCOL_NAMES)("an error, %s", (protocol) => {
  test("names every field that is wrong, by its path in the schema", async () => {
    const user = { name: "1", displayName: "x", email: "none", metadata: { "": "x".repeat(70_000) } };
    const error = await failure(roster.users(protocol).createUser({ user }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error).toSorted()).toEqual(["user.display_name", "user.email", "user.metadata", "user.name"]);
    const bySchema = { externalId: "\0", project: "1", about: "\0" };
    const request = { userId: "a b", user: bySchema, requestId: "ü" };
    const strict = await failure(roster.users(protocol).createUser(request), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(strict).toSorted()).toEqual(["request_id", "user.about", "user.external_id", "user.project", "user_id"]);
  });

  test("arrives whole, however many fields are wrong", async () => {
    const keys = Array.from({ length: 1000 }, () => ({ key: { case: "id", value: "a b" } as const }));
    const error = await failure(roster.users(protocol).lookupUsers({ keys }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toContain("keys[0].id");
  });

  test("names the resource that it is about", async () => {
    const { id } = await addUser(roster.users(), { email: `${PROTOCOL_NAMES.indexOf(protocol)}@b.org` });
    const taken = roster.users(protocol).createUser({ user: { email: `${PROTOCOL_NAMES.indexOf(protocol)}@B.org` } });
    const clash = await failure(taken, Code.AlreadyExists, "EMAIL_TAKEN");
    expect(clash.findDetails(ResourceInfoSchema)).toMatchObject([{ resourceType: "roster.v1.User", resourceName: id }]);
    const unknown = roster.users(protocol).getUser({ key: { case: "externalId", value: "ü/?%" } });
    const missing = await failure(unknown, Code.NotFound, "USER_NOT_FOUND");
    expect(missing.findDetails(ResourceInfoSchema)).toMatchObject([
      { resourceType: "roster.v1.User", resourceName: "ü/?%" },
    ]);
  });

  test("carries facts for programs beside its reason", async () => {
    const { id, etag } = await addUser(roster.users());
    const call = roster.users(protocol).deleteUser({ id, etag: "stale" });
    const [info] = (await failure(call, Code.Aborted, "ETAG_MISMATCH")).findDetails(ErrorInfoSchema);
    expect(info?.metadata).toEqual({ etag });
  });

  test("of a stream keeps code and details, before the first message and after it", async () => {
    const accountId = await roster.emptyAccount();
    await addUsers(roster.users(), 3000, (i) => `u${i}`, accountId);
    await failure(
      all(roster.users(protocol).listUsersChunked({ accountId: "nowhere" })),
      Code.NotFound,
      "ACCOUNT_NOT_FOUND",
    );
    let messages = 0;
    const broken = async () => {
      for await (const { users } of roster.users(protocol).listUsersChunked({ accountId, chunkSize: 1 })) {
        messages += users.length;
        if (messages === 1) {
          await roster.users().updateUser({ accountId, user: { id: "u0", about: protocol } });
          const { store, sources } = roster.server;
          await store.prune({ changes: sources.clock(), answers: 0, audit: 0 });
        }
      }
    };
    const error = await broken().then(
      () => expect.fail("the stream ended well"),
      (thrown: unknown) => thrown,
    );
    demand(error, Code.FailedPrecondition, "RESUME_TOKEN_EXPIRED");
    expect(messages).toBeGreaterThan(0);
  });
});
