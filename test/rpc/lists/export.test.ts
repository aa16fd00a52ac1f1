import { toBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import {
  type ListUsersChunkedResponse,
  ListUsersChunkedResponseSchema,
  UserService,
} from "../../../gen/roster/v1/user_service_pb.js";
import { clientOf, failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { startTestServer } from "../../support/server.ts";
import { addUser, addUsers, all, present, take, useRoster } from "../setup.ts";

const roster = useRoster();

function idsOf(chunks: ListUsersChunkedResponse[]): string[] {
  return chunks.flatMap(({ users }) => users.map(({ id }) => id));
}

/** So many users, with ids that sort otherwise than they were made, with gaps. */
async function accountOf(count: number) {
  const accountId = await roster.emptyAccount();
  const ids = Array.from({ length: count }, (_, i) => `u${(i * 7919) % 10_007}`);
  await addUsers(roster.users(), count, (i) => ids[i] ?? "", accountId);
  return { accountId, ids: ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) };
}

describe.each(PROTOCOL_NAMES)("ListUsersChunked, %s", (protocol) => {
  test("delivers every user once, ordered by id, and closes with a summary", async () => {
    const { accountId, ids } = await accountOf(1234);
    const chunks = await all(roster.users(protocol).listUsersChunked({ accountId, chunkSize: 100 }));
    expect(idsOf(chunks)).toEqual(ids);
    expect(chunks.slice(0, 12).map(({ users }) => users.length)).toEqual(Array(12).fill(100));
    expect(new Set(chunks.map(({ revision }) => revision))).toEqual(new Set([2n]));
    expect(chunks.every(({ resumeToken }) => resumeToken !== "")).toBe(true);
    expect(chunks.slice(0, -1).every(({ summary }) => summary === undefined)).toBe(true);
    const summary = chunks.at(-1)?.summary;
    expect(summary).toMatchObject({ accountId, userCount: 1234n, changeToken: expect.stringMatching(/^[\w-]{50,}$/) });
  });

  test("delivers a user as GetUser does", async () => {
    const { users, ownerId } = await roster.account();
    const user = await addUser(users(), { name: "Ada", metadata: { a: [1, null, "ü"] }, email: "a@b.org" });
    const chunks = await all(users(protocol).listUsersChunked({}));
    expect(chunks.flatMap((chunk) => chunk.users).filter(({ id }) => id !== ownerId)).toEqual([user]);
  });
});

describe("ListUsersChunked", () => {
  test.each([
    [0, 3],
    [1, 3],
    [3, 3],
    [5000, 3],
    [2 ** 31 - 1, 3],
    [2, 4],
    [4, 4],
  ])("with chunks of %d delivers %d users, and one summary at the end", async (chunkSize, count) => {
    const { accountId, ids } = await accountOf(count);
    const chunks = await all(roster.users().listUsersChunked({ accountId, chunkSize }));
    expect(idsOf(chunks)).toEqual(ids);
    expect(chunks.every(({ users }) => users.length <= (chunkSize || 500))).toBe(true);
    expect(chunks.map(({ summary }) => summary?.userCount).filter(Boolean)).toEqual([BigInt(count)]);
    expect(chunks.at(-1)?.summary).toBeDefined();
  });

  test("of an empty account is one message with a summary", async () => {
    const chunks = await all(roster.users().listUsersChunked({ accountId: await roster.emptyAccount() }));
    expect(chunks).toMatchObject([{ users: [], revision: 0n, summary: { userCount: 0n } }]);
  });

  test("sends at most 500 users in a message by default, and 5000 if asked for more", async () => {
    const { accountId } = await accountOf(5001);
    const sizes = async (chunkSize: number) =>
      (await all(roster.users().listUsersChunked({ accountId, chunkSize }))).map(({ users }) => users.length);
    expect((await sizes(0)).slice(0, 10)).toEqual(Array(10).fill(500));
    expect(await sizes(9999)).toEqual([5000, 1]);
  });

  test("refuses a negative chunk size", async () => {
    const call = all(roster.users().listUsersChunked({ chunkSize: -1 }));
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["chunk_size"]);
  });

  test("cuts messages at 1 MiB", async () => {
    const accountId = await roster.emptyAccount();
    const large = { metadata: { text: "x".repeat(60_000) }, about: "é".repeat(16_000) };
    await roster
      .users()
      .importUsers({ accountId, users: Array.from({ length: 60 }, (_, i) => ({ id: `large-${i}`, ...large })) });
    const chunks = await all(roster.users("Connect, JSON, HTTP/1.1").listUsersChunked({ accountId, chunkSize: 5000 }));
    expect(idsOf(chunks)).toHaveLength(60);
    const bytes = chunks.map((chunk) => toBinary(ListUsersChunkedResponseSchema, chunk).length);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(1024 * 1024);
    expect(Math.max(...bytes)).toBeGreaterThan(900 * 1024);
  });

  test("returns the fields of the mask only", async () => {
    const { accountId } = await accountOf(2);
    const readMask = { paths: ["id", "status"] };
    const chunks = await all(roster.users().listUsersChunked({ accountId, readMask }));
    expect(chunks.flatMap(({ users }) => users)).toMatchObject([
      { accountId: "", status: 2, etag: "" },
      { accountId: "", status: 2, etag: "" },
    ]);
    const call = all(roster.users().listUsersChunked({ accountId, readMask: { paths: ["nope"] } }));
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["read_mask"]);
  });

  test("keeps nothing going for readers who hang up: the server stops at once", async () => {
    const server = await startTestServer({ drainTimeoutMs: 60_000 });
    await addUsers(clientOf(UserService, server.url, server.secret), 2000);
    for (const protocol of PROTOCOL_NAMES) {
      const users = clientOf(UserService, server.url, server.secret, protocol);
      expect(await take(users, { chunkSize: 1 }, 2)).toHaveLength(2);
    }
    const start = performance.now();
    await server.stop();
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

describe("ListUsersChunked of all accounts", () => {
  test("delivers one account after the other, each with its summary, and the sum at the end", async () => {
    const [a, b] = [await accountOf(3), await accountOf(5)];
    const chunks = await all(roster.users().listUsersChunked({ accountId: "-", chunkSize: 1000 }));
    for (const { accountId, ids } of [a, b]) {
      const mine = chunks.filter(({ users }) => users.some((user) => user.accountId === accountId));
      expect(idsOf(mine)).toEqual(ids);
      const summary = chunks.find((chunk) => chunk.summary?.accountId === accountId)?.summary;
      expect(summary).toMatchObject({ userCount: BigInt(ids.length), changeToken: expect.stringMatching(/./) });
    }
    const total = present(chunks.at(-1)?.summary);
    expect(total).toMatchObject({ accountId: "-", changeToken: "", userCount: BigInt(idsOf(chunks).length) });
  });

  test("is for super admins only", async () => {
    const { users } = await roster.account();
    await failure(all(users().listUsersChunked({ accountId: "-" })), Code.PermissionDenied, "PERMISSION_DENIED");
  });
});
