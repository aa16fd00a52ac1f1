import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import type { User } from "../../../gen/roster/v1/user_pb.js";
import { type ListUsersChunkedResponse, UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { GRPC_PORTS, openPulledStream } from "../../support/pulled-stream.ts";
import { addUser, all, present, take, useRoster } from "../setup.ts";

const roster = useRoster();

function usersOf(chunks: readonly ListUsersChunkedResponse[]): User[] {
  return chunks.flatMap(({ users }) => users);
}

async function accountOf(count: number, about = "") {
  const accountId = await roster.emptyAccount();
  const users = Array.from({ length: count }, (_, i) => ({ id: `u${String(i).padStart(4, "0")}`, about }));
  expect((await roster.users().importUsers({ accountId, users })).failures).toEqual([]);
  return { accountId, before: usersOf(await all(roster.users().listUsersChunked({ accountId }))) };
}

/** Every kind of change, on both sides of the place that a walk has reached. */
async function disturb(accountId: string, ids: { early: string; late: string }) {
  const users = roster.users();
  for (const id of Object.values(ids)) {
    await users.updateUser({ accountId, user: { id, about: "after R" } });
    await users.updateUser({ accountId, user: { id, metadata: { after: "R" } } });
    await addUser(users, { id: `${id}-new` }, accountId);
    await users.deleteUser({ accountId, id: `${id}-new` });
    await users.deleteUser({ accountId, id });
  }
}

test.each(GRPC_PORTS)(
  "an export shows every user once as it was at its revision, whatever is written meanwhile: %s",
  async (port) => {
    const { accountId, before } = await accountOf(60, "x".repeat(15_000));
    const stream = openPulledStream(roster.server, port, UserService.method.listUsersChunked, { accountId, chunkSize: 10 });
    const seen: User[] = [];
    for (let step = 0; step < 3; step += 1) {
      seen.push(...(await stream.next()).users);
      await disturb(accountId, { early: `u000${step}`, late: `u005${7 - step}` });
    }
    const { messages, error } = await stream.rest();
    expect(error).toBeUndefined();
    expect([...seen, ...usersOf(messages)]).toEqual(before);
  },
);

describe.each(PROTOCOL_NAMES)("an export, %s", (protocol) => {
  test("goes on after its last message when it is resumed", async () => {
    const { accountId, before } = await accountOf(25);
    const users = roster.users(protocol);
    const first = await take(users, { accountId, chunkSize: 10 }, 1);
    await disturb(accountId, { early: "u0001", late: "u0015" });
    const resumeToken = present(first.at(-1)).resumeToken;
    const rest = await all(users.listUsersChunked({ accountId, chunkSize: 7, resumeToken }));
    expect(usersOf([...first, ...rest])).toEqual(before);
    expect(present(rest.at(-1)).summary).toMatchObject({ userCount: 25n });
    expect(new Set([...first, ...rest].map(({ revision }) => revision)).size).toBe(1);
  });
});

describe("an export", () => {
  test("may break after every message, and still is complete", async () => {
    const { accountId, before } = await accountOf(12);
    const seen: ListUsersChunkedResponse[] = [];
    while (seen.at(-1)?.summary === undefined) {
      const resumeToken = seen.at(-1)?.resumeToken ?? "";
      seen.push(...(await take(roster.users(), { accountId, chunkSize: 5, resumeToken }, 1)));
      await roster.users().updateUser({ accountId, user: { id: "u0011", about: `after message ${seen.length}` } });
      await addUser(roster.users(), {}, accountId);
    }
    expect(usersOf(seen)).toEqual(before);
    expect(seen.at(-1)?.summary).toMatchObject({ userCount: 12n });
  });

  test("may be resumed from one token more than once, and from its last", async () => {
    const { accountId, before } = await accountOf(9);
    const chunks = await take(roster.users(), { accountId, chunkSize: 4 }, 1);
    const resumeToken = present(chunks[0]).resumeToken;
    const [one, two] = [1, 2].map(() => all(roster.users().listUsersChunked({ accountId, chunkSize: 4, resumeToken })));
    expect(usersOf(present(await one))).toEqual(before.slice(4));
    expect(usersOf(present(await two))).toEqual(before.slice(4));
    const last = present((await present(one)).at(-1));
    const again = await all(roster.users().listUsersChunked({ accountId, resumeToken: last.resumeToken }));
    expect(again).toMatchObject([{ users: [], summary: { userCount: 9n } }]);
  });

  test("shows what was deleted at its revision only if asked to, and hides nothing deleted later", async () => {
    const { accountId } = await accountOf(6);
    await roster.users().deleteUser({ accountId, id: "u0001" });
    const [all5] = await take(roster.users(), { accountId, chunkSize: 1 }, 1);
    const [all6] = await take(roster.users(), { accountId, chunkSize: 1, showDeleted: true }, 1);
    await roster.users().deleteUser({ accountId, id: "u0003" });
    await roster.users().undeleteUser({ accountId, id: "u0001" });
    const rest = async (chunk: ListUsersChunkedResponse | undefined, showDeleted: boolean) => {
      const resumeToken = present(chunk).resumeToken;
      const chunks = await all(roster.users().listUsersChunked({ accountId, chunkSize: 1, resumeToken, showDeleted }));
      return usersOf(chunks).map(({ id, deleteTime }) => `${id}${deleteTime ? " deleted" : ""}`);
    };
    expect(await rest(all5, false)).toEqual(["u0002", "u0003", "u0004", "u0005"]);
    expect(await rest(all6, true)).toEqual(["u0001 deleted", "u0002", "u0003", "u0004", "u0005"]);
  });

  test("loses a purged user at once, and does not show its successor", async () => {
    const { accountId, before } = await accountOf(10);
    const first = await take(roster.users(), { accountId, chunkSize: 2 }, 1);
    await roster.users().purgeUser({ accountId, id: "u0005" });
    await roster.users().purgeUser({ accountId, id: "u0006" });
    await addUser(roster.users(), { id: "u0006", about: "successor" }, accountId);
    const resumeToken = present(first[0]).resumeToken;
    const rest = await all(roster.users().listUsersChunked({ accountId, chunkSize: 2, resumeToken }));
    expect(usersOf([...first, ...rest])).toEqual(before.filter(({ id }) => id !== "u0005" && id !== "u0006"));
  });

  test("can't go on once the history no longer reaches back to its revision", async () => {
    const { accountId } = await accountOf(10);
    const { resumeToken } = present((await take(roster.users(), { accountId, chunkSize: 2 }, 1))[0]);
    const { store, sources } = roster.server;
    await store.prune({ changes: sources.clock(), answers: 0, audit: 0 });
    expect(usersOf(await take(roster.users(), { accountId, chunkSize: 2, resumeToken }, 1))).toHaveLength(2);
    await addUser(roster.users(), {}, accountId);
    await store.prune({ changes: sources.clock(), answers: 0, audit: 0 });
    const call = all(roster.users().listUsersChunked({ accountId, chunkSize: 2, resumeToken }));
    await failure(call, Code.FailedPrecondition, "RESUME_TOKEN_EXPIRED");
  });
});
