import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { grpcPortOf } from "../../support/clients.ts";
import { addUsers, useRoster } from "../setup.ts";
import { type GrpcJs, grpcJsClient, readError } from "./grpc-js.ts";

const roster = useRoster();
const { createUser, getUser, listUsersChunked, watchUsers } = UserService.method;

const PORTS = { "the HTTP port": (url: string) => url, "its own port": grpcPortOf };

describe.each(Object.entries(PORTS))("grpc-js, on %s,", (_port, urlOf) => {
  let client: GrpcJs;
  let accountId: string;
  beforeAll(async () => {
    client = grpcJsClient(urlOf(roster.server.url), { authorization: `Bearer ${roster.server.secret}` });
    accountId = await roster.emptyAccount();
    await addUsers(roster.users(), 3000, (i) => `u${i}`, accountId);
  });
  afterAll(() => client.close());

  test("creates and reads users", async () => {
    const { user } = await client.unary(createUser, { user: { name: "Ada", metadata: { a: [1, null] } } });
    const read = await client.unary(getUser, { key: { case: "id", value: user?.id ?? "" } });
    expect(read.user).toEqual(user);
  });

  test("gets the reason, the fields and the resource of an error", async () => {
    const invalid = await errorOf(client.unary(createUser, { user: { name: "1", email: "none" } }));
    expect(invalid).toMatchObject({ code: Code.InvalidArgument, reason: "FIELD_INVALID", domain: "roster" });
    expect(invalid.fields.toSorted()).toEqual(["user.email", "user.name"]);
    const missing = await errorOf(client.unary(getUser, { key: { case: "externalId", value: "ü" } }));
    expect(missing).toMatchObject({ code: Code.NotFound, reason: "USER_NOT_FOUND", domain: "roster", resources: ["ü"] });
  });

  test("exports an account", async () => {
    const chunks = await drain(client.stream(listUsersChunked, { accountId, chunkSize: 700 }));
    expect(chunks.map(({ users }) => users.length)).toEqual([700, 700, 700, 700, 200]);
    expect(chunks.at(-1)?.summary).toMatchObject({ userCount: 3000n });
  });

  test("gets the reason of an error in a stream, before the first message and after it", async () => {
    const unknown = await errorOf(drain(client.stream(listUsersChunked, { accountId: "nowhere" })));
    expect(unknown).toMatchObject({ code: Code.NotFound, reason: "ACCOUNT_NOT_FOUND", domain: "roster" });
    const { store, sources } = roster.server;
    const stream = client.stream(listUsersChunked, { accountId, chunkSize: 1 });
    let messages = 0;
    const expired = async () => {
      for await (const _ of stream) {
        messages += 1;
        if (messages === 1) {
          await roster.users().updateUser({ accountId, user: { id: "u0", about: "changed" } });
          await store.prune({ changes: sources.clock(), answers: 0, audit: 0 });
        }
      }
    };
    expect(await errorOf(expired())).toMatchObject({ code: Code.FailedPrecondition, reason: "RESUME_TOKEN_EXPIRED" });
    expect(messages).toBeGreaterThan(0);
  });

  test("gives up at its deadline, unary and in the middle of a stream", async () => {
    const late = client.unary(createUser, { user: {} }, { deadline: Date.now() - 1 });
    expect((await errorOf(late)).code).toBe(Code.DeadlineExceeded);
    const stream = client.stream(watchUsers, { accountId }, { deadline: Date.now() + 200 });
    expect((await errorOf(drain(stream))).code).toBe(Code.DeadlineExceeded);
  });

  test("cancels a stream, and the server goes on serving it", async () => {
    const stream = client.stream(listUsersChunked, { accountId, chunkSize: 1 });
    expect((await errorOf(drain(stream, () => stream.cancel()))).code).toBe(Code.Canceled);
    const chunks = await drain(client.stream(listUsersChunked, { accountId, chunkSize: 1500 }));
    expect(chunks.at(-1)?.summary).toMatchObject({ userCount: 3000n });
  });

  test("may carry the key in either metadata key, plain or beside binary metadata", async () => {
    const { secret, url } = roster.server;
    const { whoAmI } = ApiKeyService.method;
    for (const headers of [
      { "x-api-key": secret },
      { authorization: `bearer ${secret}` },
      { "x-api-key": secret, "trace-bin": "AAEC" },
    ]) {
      const other = grpcJsClient(urlOf(url), headers);
      expect((await other.unary(whoAmI, {})).accountId).toBe("default");
      other.close();
    }
    const keyless = grpcJsClient(urlOf(url), {});
    const refused = await errorOf(keyless.unary(whoAmI, {}));
    expect(refused).toMatchObject({ code: Code.Unauthenticated, reason: "API_KEY_INVALID", domain: "roster" });
    keyless.close();
  });
});

async function errorOf(call: Promise<unknown>) {
  return call.then(
    () => expect.fail("the call succeeded"),
    (error: unknown) => readError(error),
  );
}

async function drain<T>(stream: AsyncIterable<T>, each = () => {}): Promise<T[]> {
  const chunks: T[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    each();
  }
  return chunks;
}
