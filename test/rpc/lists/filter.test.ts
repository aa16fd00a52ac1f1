import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUsers, all, present, take, type Users, useRoster } from "../setup.ts";

const roster = useRoster();

/** An account of users `u00` and on, with their number as metadata. */
async function numbered(count: number): Promise<string> {
  const accountId = await roster.emptyAccount();
  const users = Array.from({ length: count }, (_, n) => ({
    id: `u${String(n).padStart(2, "0")}`,
    metadata: { n, even: n % 2 === 0, tags: n === 3 ? ["odd one"] : [] },
    ...(n === 5 && { status: UserStatus.SUSPENDED, email: "Five@example.com" }),
  }));
  expect((await roster.users().importUsers({ accountId, users })).failures).toEqual([]);
  return accountId;
}

async function listed(request: Parameters<Users["listUsers"]>[0], users = roster.users()): Promise<string[]> {
  const { users: found } = await users.listUsers({ orderBy: "id", ...request });
  return found.map(({ id }) => id);
}

describe.each(PROTOCOL_NAMES)("a filter, %s", (protocol) => {
  test("chooses what ListUsers lists and counts", async () => {
    const accountId = await numbered(8);
    const users = roster.users(protocol);
    expect(await listed({ accountId, filter: 'status == "ACTIVE" && metadata.n > 3' }, users)).toEqual([
      "u04",
      "u06",
      "u07",
    ]);
    expect(await listed({ accountId, filter: 'email == "five@EXAMPLE.com" || "odd one" in metadata.tags' }, users)).toEqual([
      "u03",
      "u05",
    ]);
    const { totalSize } = await users.listUsers({ accountId, filter: "metadata.even", includeTotal: true, pageSize: 1 });
    expect(totalSize).toBe(4n);
  });

  test("that is wrong is refused with its offset, before anything is read", async () => {
    const users = roster.users(protocol);
    for (const call of [
      () => users.listUsers({ filter: 'name == "é😀" && nope == 1' }),
      () => all(users.listUsersChunked({ filter: 'name == "é😀" && nope == 1' })),
    ]) {
      const error = await failure(call(), Code.InvalidArgument, "FILTER_INVALID");
      expect(error.findDetails(ErrorInfoSchema)).toEqual([
        create(ErrorInfoSchema, { reason: "FILTER_INVALID", domain: "roster", metadata: { offset: "16" } }),
      ]);
      expect(error.rawMessage).toContain('at offset 16: there is no field "nope"');
      expect(fieldsOf(error)).toEqual(["filter"]);
    }
  });
});

describe("a filtered list", () => {
  test("has pages in both directions, whose tokens belong to the filter", async () => {
    const accountId = await numbered(20);
    const request = { accountId, filter: "metadata.even", orderBy: "id", pageSize: 4 };
    const first = await roster.users().listUsers(request);
    const second = await roster.users().listUsers({ ...request, pageToken: first.nextPageToken });
    expect(second.users.map(({ id }) => id)).toEqual(["u08", "u10", "u12", "u14"]);
    const third = await roster.users().listUsers({ ...request, pageToken: second.nextPageToken });
    expect([third.users.length, third.nextPageToken]).toEqual([2, ""]);
    const back = await roster.users().listUsers({ ...request, pageToken: third.previousPageToken });
    expect(back.users).toEqual(second.users);
    for (const filter of ["", "metadata.even ", "!metadata.even"]) {
      const call = roster.users().listUsers({ ...request, filter, pageToken: first.nextPageToken });
      await failure(call, Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
    }
  });

  test("of all accounts is for super admins, and may name the account", async () => {
    const accountId = await numbered(3);
    expect(await listed({ accountId: "-", filter: `account_id == "${accountId}" && metadata.n >= 1` })).toEqual([
      "u01",
      "u02",
    ]);
    const { users } = await roster.account();
    await failure(users().listUsers({ accountId: "-", filter: "has(id)" }), Code.PermissionDenied, "PERMISSION_DENIED");
  });

  test("takes no SQL, and no wildcards, from a filter", async () => {
    const accountId = await numbered(3);
    for (const text of ["' or 1=1 --", '") or 1=1 --', "%", "_", "u%", "$1", "?", "\\"]) {
      expect(await listed({ accountId, filter: `id == ${JSON.stringify(text)}` })).toEqual([]);
      expect(await listed({ accountId, filter: `id.startsWith(${JSON.stringify(text)})` })).toEqual([]);
      expect(await listed({ accountId, filter: `has(metadata[${JSON.stringify(text)}])` })).toEqual([]);
      expect(await listed({ accountId, filter: `${JSON.stringify(text)} in metadata.tags` })).toEqual([]);
    }
  });
});

describe("a filtered export", () => {
  test("delivers and counts the users who passed at its revision, whatever is written meanwhile", async () => {
    const accountId = await numbered(30);
    const request = { accountId, filter: "metadata.even", chunkSize: 4 };
    const [first] = await take(roster.users(), request, 1);
    for (const [id, even] of [
      ["u20", false],
      ["u21", true],
    ] as const) {
      const user = { id, metadata: { even } };
      await roster.users().updateUser({ accountId, user, updateMask: { paths: ["metadata"] } });
    }
    const rest = await all(roster.users().listUsersChunked({ ...request, resumeToken: present(first).resumeToken }));
    const chunks = [present(first), ...rest];
    expect(chunks.map(({ users }) => users.length)).toEqual([4, 4, 4, 3]);
    expect(chunks.flatMap(({ users }) => users.map(({ id }) => id))).toEqual(
      Array.from({ length: 15 }, (_, i) => `u${String(2 * i).padStart(2, "0")}`),
    );
    expect(chunks.at(-1)?.summary?.userCount).toBe(15n);
    const other = all(roster.users().listUsersChunked({ ...request, filter: "", resumeToken: present(first).resumeToken }));
    await failure(other, Code.InvalidArgument, "RESUME_TOKEN_MISMATCH");
  });

  test("of nobody is one message with a summary", async () => {
    const accountId = await numbered(3);
    const chunks = await all(roster.users().listUsersChunked({ accountId, filter: "metadata.n > 100" }));
    expect(chunks).toMatchObject([{ users: [], summary: { userCount: 0n } }]);
  });

  test("also filters deleted users, where they are wanted", async () => {
    const accountId = await numbered(4);
    await roster.users().deleteUser({ accountId, id: "u02" });
    const request = { accountId, filter: "metadata.even && !has(external_id)" };
    const ids = async (showDeleted: boolean) =>
      (await all(roster.users().listUsersChunked({ ...request, showDeleted }))).flatMap(({ users }) =>
        users.map(({ id }) => id),
      );
    expect(await ids(false)).toEqual(["u00"]);
    expect(await ids(true)).toEqual(["u00", "u02"]);
  });

  test("in which few pass sends tokens on the way, so that a broken stream need not begin again", async () => {
    const accountId = await roster.emptyAccount();
    await addUsers(roster.users(), 10_500, (i) => `u${String(i).padStart(5, "0")}`, accountId);
    const request = { accountId, filter: 'id == "u10400"' };
    const chunks = await all(roster.users().listUsersChunked(request));
    expect(chunks.map(({ users }) => users.length)).toEqual([0, 1]);
    const resumed = await all(roster.users().listUsersChunked({ ...request, resumeToken: present(chunks[0]).resumeToken }));
    expect(resumed).toMatchObject([{ users: [{ id: "u10400" }], summary: { userCount: 1n } }]);
  });
});
