import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { createSession } from "../../../src/directory/sessions/sessions.ts";
import { SECOND } from "../../../src/directory/values/clock.ts";
import { failure, fieldsOf } from "../../support/clients.ts";
import { addSession, addUser, type Sessions, useRoster } from "../setup.ts";

const roster = useRoster();

type Page = Omit<Awaited<ReturnType<Sessions["listSessions"]>>, "$typeName" | "$unknown">;
type List = (request: { pageToken?: string; pageSize?: number; skip?: number; includeTotal?: boolean }) => Promise<Page>;

async function walk(list: List, pageSize: number, way: "nextPageToken" | "previousPageToken", pageToken = "") {
  const pages: Page[] = [];
  for (let token: string | undefined = pageToken; token !== undefined; token = pages.at(-1)?.[way] || undefined) {
    pages.push(await list({ pageSize, pageToken: token }));
  }
  return pages;
}

const idsOf = (page: Pick<Page, "sessions">) => page.sessions.map(({ id }) => id);

describe.each(["ListSessions", "ListUserSessions"] as const)("%s", (method) => {
  const otherList = (sessions: Sessions, { userId, pageToken }: { userId: string; pageToken: string }) =>
    method === "ListSessions" ? sessions.listUserSessions({ userId, pageToken }) : sessions.listSessions({ pageToken });

  async function begin(count: number) {
    const { sessions, ownerId: userId } = await roster.account();
    for (let n = 0; n < count; n += 1) await addSession(sessions(), { id: `S${n}`, userId });
    const list: List = (request) =>
      method === "ListSessions" ? sessions().listSessions(request) : sessions().listUserSessions({ userId, ...request });
    return { list, sessions, userId, ids: Array.from({ length: count }, (_, n) => `S${count - 1 - n}`) };
  }

  test("lists the newest first, in pages that a backward walk gives again in reverse", async () => {
    const { list, ids } = await begin(11);
    for (const pageSize of [1, 3, 5, 11]) {
      const pages = await walk(list, pageSize, "nextPageToken");
      expect(pages.flatMap(idsOf)).toEqual(ids);
      expect(pages.map(idsOf)).toHaveLength(Math.ceil(11 / pageSize));
      const back = pages.at(-1)?.previousPageToken ?? "";
      const earlier = back === "" ? [] : await walk(list, pageSize, "previousPageToken", back);
      expect(earlier.map(idsOf)).toEqual(pages.slice(0, -1).map(idsOf).toReversed());
    }
  });

  test("neither skips nor repeats when sessions come and go between pages, the one at the edge included", async () => {
    const { list, sessions, ids } = await begin(9);
    const first = await list({ pageSize: 3 });
    await sessions().deleteSession({ id: "S6" });
    await sessions().deleteSession({ id: "S4" });
    const rest = await walk(list, 3, "nextPageToken", first.nextPageToken);
    expect([...idsOf(first), ...rest.flatMap(idsOf)]).toEqual(ids.filter((id) => id !== "S4"));
  });

  test("counts on request, skips, and takes no page of less than nothing", async () => {
    const { list } = await begin(7);
    expect((await list({ pageSize: 2, includeTotal: true })).totalSize).toBe(7n);
    expect((await list({ pageSize: 2 })).totalSize).toBeUndefined();
    expect(idsOf(await list({ pageSize: 2, skip: 3 }))).toEqual(["S3", "S2"]);
    expect(idsOf(await list({ skip: 100 }))).toEqual([]);
    for (const [field, request] of [["page_size", { pageSize: -1 }] as const, ["skip", { skip: -1 }] as const]) {
      expect(fieldsOf(await failure(list(request), Code.InvalidArgument, "FIELD_INVALID"))).toEqual([field]);
    }
  });

  test("takes no token of another list or another account, and no garbage", async () => {
    const [{ list, sessions, userId }, other] = [await begin(3), await begin(3)];
    const { nextPageToken: pageToken } = await list({ pageSize: 1 });
    await failure(other.list({ pageToken }), Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
    await failure(list({ pageToken: `${pageToken}A` }), Code.InvalidArgument, "PAGE_TOKEN_INVALID");
    await failure(otherList(sessions(), { userId, pageToken }), Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
  });
});

test("sessions that began at one moment are listed by id, byte by byte, descending as well", async () => {
  const { id: accountId, ownerId: userId, sessions } = await roster.account();
  const origin = { accountId, apiKeyId: null, requestId: null };
  const ids = ["b", "B", "a", "10", "9", "~"];
  await roster.server.store.write(origin, async (tx) => {
    for (const id of ids) await createSession({ ...tx, now: () => 1_000 * SECOND }, { id, userId });
  });
  const pages = await walk((request) => sessions().listSessions(request), 2, "nextPageToken");
  expect(pages.flatMap(idsOf)).toEqual(["~", "b", "a", "B", "9", "10"]);
});

test("a user without sessions has an empty list; one who is unknown, deleted or another account's has none", async () => {
  const [{ users, sessions, ownerId }, other] = [await roster.account(), await roster.account()];
  await addSession(other.sessions(), { userId: other.ownerId });
  expect(await sessions().listUserSessions({ userId: ownerId, includeTotal: true })).toMatchObject({
    sessions: [],
    nextPageToken: "",
    previousPageToken: "",
    totalSize: 0n,
  });
  const { id: deleted } = await addUser(users());
  await users().deleteUser({ id: deleted });
  for (const userId of ["nobody", deleted, other.ownerId]) {
    await failure(sessions().listUserSessions({ userId }), Code.NotFound, "USER_NOT_FOUND");
    await failure(sessions().endUserSessions({ userId }), Code.NotFound, "USER_NOT_FOUND");
  }
});

test("another account's sessions are not to be seen, changed, ended or deleted, by whatever id", async () => {
  const [mine, other] = [await roster.account(), await roster.account()];
  const { id } = await addSession(other.sessions(), { userId: other.ownerId, externalId: "theirs" });
  const sessions = mine.sessions();
  const calls = [
    sessions.getSession({ id }),
    sessions.updateSession({ session: { id, metadata: { mine: true } } }),
    sessions.endSession({ id }),
    sessions.deleteSession({ id }),
  ];
  await Promise.all(calls.map((call) => failure(call, Code.NotFound, "SESSION_NOT_FOUND")));
  expect((await sessions.listSessions({ includeTotal: true })).totalSize).toBe(0n);
  expect((await other.sessions().getSession({ id })).session?.endTime).toBeUndefined();
});

test("super admins list the sessions of all accounts, each once", async () => {
  const accounts = [await roster.account(), await roster.account()];
  for (const { sessions, ownerId: userId } of accounts) {
    for (const id of ["same", "other"]) await addSession(sessions(), { id, userId });
  }
  const list: List = (request) => roster.sessions().listSessions({ accountId: "-", includeTotal: true, ...request });
  const pages = await walk(list, 3, "nextPageToken");
  const seen = pages.flatMap((page) => page.sessions.map(({ accountId, id }) => `${accountId} ${id}`));
  expect(new Set(seen).size).toBe(seen.length);
  expect(pages[0]?.totalSize).toBe(BigInt(seen.length));
  for (const { id } of accounts) expect(seen.filter((session) => session.startsWith(id))).toHaveLength(2);
  await failure(
    accounts[0]?.sessions().listSessions({ accountId: "-" }) ?? expect.fail(),
    Code.PermissionDenied,
    "PERMISSION_DENIED",
  );
});
