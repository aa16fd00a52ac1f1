import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { createKey, failure, fieldsOf } from "../../support/clients.ts";
import { ALL_ROLES, addSession, addUsers, type Roster, useRoster } from "../setup.ts";

const roster = useRoster();

interface Request {
  readonly pageSize?: number;
  readonly pageToken?: string;
  readonly skip?: number;
  readonly includeTotal?: boolean;
  readonly countOnly?: boolean;
  readonly maxTotal?: number;
}

interface Answer {
  readonly nextPageToken: string;
  readonly previousPageToken: string;
  readonly totalSize?: bigint | undefined;
  readonly totalExact?: boolean | undefined;
}

type List = (request: Request) => Promise<{ readonly items: readonly unknown[]; readonly answer: Answer }>;

/** Lists of five, each. */
const LISTS: Readonly<Record<string, (roster: Roster) => Promise<List>>> = {
  async ListUsers({ users, emptyAccount }) {
    const accountId = await emptyAccount();
    await addUsers(users(), 5, undefined, accountId);
    return async (request) => {
      const { users: items, ...answer } = await users().listUsers({ ...request, accountId });
      return { items, answer };
    };
  },
  async ListSessions({ account }) {
    const { sessions, ownerId } = await account();
    for (let n = 0; n < 5; n += 1) await addSession(sessions(), { userId: ownerId });
    return async (request) => {
      const { sessions: items, ...answer } = await sessions().listSessions(request);
      return { items, answer };
    };
  },
  async ListUserSessions({ account }) {
    const { sessions, ownerId: userId } = await account();
    for (let n = 0; n < 5; n += 1) await addSession(sessions(), { userId });
    return async (request) => {
      const { sessions: items, ...answer } = await sessions().listUserSessions({ ...request, userId });
      return { items, answer };
    };
  },
  async ListAccounts({ accounts, emptyAccount }) {
    const { totalSize = 0n } = await accounts().listAccounts({ countOnly: true });
    for (let n = Number(totalSize); n < 5; n += 1) await emptyAccount();
    return async (request) => {
      const { accounts: items, ...answer } = await accounts().listAccounts(request);
      return { items, answer };
    };
  },
  async ListApiKeys({ account, server }) {
    const { keys, secret } = await account();
    for (let n = 1; n < 5; n += 1) await createKey(server.url, secret, ALL_ROLES.READER);
    return async (request) => {
      const { apiKeys: items, ...answer } = await keys().listApiKeys(request);
      return { items, answer };
    };
  },
};

// The list of accounts goes first: each of the others adds to it.
const LIST_NAMES = ["ListAccounts", ...Object.keys(LISTS).filter((name) => name !== "ListAccounts")];

test.each(LIST_NAMES)("%s counts on request, no further than is asked for, with or without a page", async (name) => {
  const list = await (LISTS[name] ?? expect.fail())(roster);
  for (const [request, items, totalSize, totalExact] of [
    [{}, 2, undefined, undefined],
    [{ includeTotal: true }, 2, 5n, true],
    [{ includeTotal: true, maxTotal: 5 }, 2, 5n, true],
    [{ includeTotal: true, maxTotal: 4 }, 2, 4n, false],
    [{ maxTotal: 6 }, 2, 5n, true],
    [{ maxTotal: 1 }, 2, 1n, false],
    [{ maxTotal: 2 ** 31 - 1 }, 2, 5n, true],
    [{ countOnly: true }, 0, 5n, true],
    [{ countOnly: true, includeTotal: true }, 0, 5n, true],
    [{ countOnly: true, maxTotal: 3 }, 0, 3n, false],
    [{ countOnly: true, skip: 4 }, 0, 5n, true],
    [{ includeTotal: true, skip: 4 }, 1, 5n, true],
    [{ includeTotal: true, skip: 9 }, 0, 5n, true],
  ] as const) {
    const { items: page, answer } = await list({ pageSize: 2, ...request });
    const seen = { request, items: page.length, totalSize: answer.totalSize, totalExact: answer.totalExact };
    expect(seen).toEqual({ request, items, totalSize, totalExact });
  }
  expect((await list({ countOnly: true })).answer).toMatchObject({ nextPageToken: "", previousPageToken: "" });
});

test.each(LIST_NAMES)("%s skips in either direction, from where the page would have begun", async (name) => {
  const list = await (LISTS[name] ?? expect.fail())(roster);
  const { items: all, answer: whole } = await list({});
  expect(whole).toMatchObject({ nextPageToken: "", previousPageToken: "" });
  const { items, answer } = await list({ skip: 1, pageSize: 2 });
  expect(items).toEqual(all.slice(1, 3));
  const next = await list({ skip: 1, pageToken: answer.nextPageToken });
  expect(next.items).toEqual(all.slice(4));
  const back = await list({ skip: 1, pageSize: 2, pageToken: next.answer.previousPageToken });
  expect(back.items).toEqual(all.slice(1, 3));
});

test.each(LIST_NAMES)("%s refuses a negative bound or skip, and says which", async (name) => {
  const list = await (LISTS[name] ?? expect.fail())(roster);
  for (const [field, request] of [
    ["max_total", { maxTotal: -1 }],
    ["skip", { skip: -1 }],
  ] as const) {
    expect(fieldsOf(await failure(list(request), Code.InvalidArgument, "FIELD_INVALID"))).toEqual([field]);
  }
});
