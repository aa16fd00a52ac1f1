import { expect, test } from "vitest";
import { type Page, type PageStart, readPage, readTotal } from "../../../src/directory/lists/list.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { ListedUser } from "../../../src/directory/store/users.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { newUser, openTestAccount, type TestAccount } from "../../support/account.ts";
import { decodeUser } from "../../support/sources.ts";

const FIRST: PageStart = { direction: "after", from: null };
const LAST: PageStart = { direction: "before", from: null };

test.each([1, 2, 3, 5, 10, 23, 24])("pages of %i read forward and then backward are the same pages", async (limit) => {
  const account = await openWith(23);
  const forward = await walk(account, FIRST, "next", limit);
  expect(forward.flatMap(idsOf)).toEqual(IDS.slice(0, 23));
  expect(forward.map((page) => page.items.length)).toEqual(sizes(23, limit));
  const lastStart: PageStart = forward.at(-2)?.next ?? FIRST;
  const backward = await walk(account, lastStart, "previous", limit);
  expect(backward.toReversed().map(idsOf)).toEqual(forward.map(idsOf));
});

test("from any page one back and one on again is the same page", async () => {
  const account = await openWith(23);
  for (const page of await walk(account, FIRST, "next", 4)) {
    if (page.previous === undefined) continue;
    const back = await read(account, page.previous, 4);
    const again = await read(account, back.next ?? expect.fail("nothing follows"), 4);
    expect(again).toEqual(page);
  }
});

test("nothing is promised where nothing is: before the first page, after the last, around the only one", async () => {
  const account = await openWith(6);
  const links = (pages: Array<Page<ListedUser>>) =>
    pages.map(({ previous, next }) => [previous !== undefined, next !== undefined]);
  expect(links(await walk(account, FIRST, "next", 2))).toEqual([
    [false, true],
    [true, true],
    [true, false],
  ]);
  expect(links(await walk(account, LAST, "previous", 2))).toEqual([
    [true, false],
    [true, true],
    [false, true],
  ]);
  expect(links([await read(account, FIRST, 6), await read(account, FIRST, 7)])).toEqual([
    [false, false],
    [false, false],
  ]);
});

test("the page of an empty list is empty, and leads nowhere", async () => {
  const account = await openTestAccount();
  expect(await read(account, FIRST, 10)).toEqual({ items: [], next: undefined, previous: undefined });
  expect(await read(account, LAST, 10)).toEqual({ items: [], next: undefined, previous: undefined });
});

test("from a page past the end, back leads to the last users", async () => {
  const account = await openWith(5);
  const past = await read(account, FIRST, 2, 100);
  expect([past.items, past.next]).toEqual([[], undefined]);
  const back = await read(account, past.previous ?? expect.fail("nothing is before"), 2);
  expect(idsOf(back)).toEqual(IDS.slice(3, 5));
  expect(back.next).toBeUndefined();
});

test("skip counts from where the page would have begun, and the pages around it still join", async () => {
  const account = await openWith(10);
  const page = await read(account, FIRST, 3, 4);
  expect(idsOf(page)).toEqual(IDS.slice(4, 7));
  expect(idsOf(await read(account, page.next ?? FIRST, 3))).toEqual(IDS.slice(7, 10));
  expect(idsOf(await read(account, page.previous ?? FIRST, 3))).toEqual(IDS.slice(1, 4));
});

test("the page size may change between pages", async () => {
  const account = await openWith(10);
  const first = await read(account, FIRST, 1);
  const second = await read(account, first.next ?? FIRST, 5);
  const third = await read(account, second.next ?? FIRST, 100);
  expect([first, second, third].flatMap(idsOf)).toEqual(IDS.slice(0, 10));
});

test("users that come and go between pages leave the others neither skipped nor repeated", async () => {
  const account = await openWith(12);
  const seen: string[] = [];
  let page = await read(account, FIRST, 3);
  for (let round = 0; ; round += 1) {
    seen.push(...idsOf(page));
    if (page.next === undefined) break;
    const last = idsOf(page).at(-1) ?? expect.fail();
    await account.write(async ({ users }) => users.purge((await users.find(last)) ?? expect.fail()));
    await account.insert({ id: `newer${round}`, createTime: 1_000_000 });
    page = await read(account, page.next, 3);
  }
  expect(seen).toEqual(IDS.slice(0, 12));
});

test.each([
  [undefined, 5, true],
  [6, 5, true],
  [5, 5, true],
  [4, 4, false],
  [1, 1, false],
])("a list of five that is counted up to %j has %i, exactly: %j", async (max, size, exact) => {
  const asked: Array<number | undefined> = [];
  const count = async (upTo?: number) => {
    asked.push(upTo);
    return Math.min(5, upTo ?? 5);
  };
  expect(await readTotal({ count }, max)).toEqual({ size, exact });
  expect(asked).toEqual([max === undefined ? undefined : max + 1]);
});

/** In list order. Their times tie by threes, as after an import. */
const ORDER = parseOrderBy("", USER_ORDER);
const IDS = Array.from({ length: 24 }, (_, index) => `u${String(24 - index).padStart(2, "0")}`);

async function openWith(count: number): Promise<TestAccount> {
  const account = await openTestAccount();
  await account.write(async (tx) => {
    for (const [index, id] of IDS.slice(0, count).entries()) {
      await tx.users.insert(newUser(tx, { id, createTime: 1_000 - Math.floor(index / 3) }));
    }
  });
  return account;
}

function read(account: TestAccount, start: PageStart, limit: number, skip = 0): Promise<Page<ListedUser>> {
  return account.read(({ users }) =>
    readPage(
      {
        read: (query) => users.list({ ...query, order: ORDER, showDeleted: false }),
        keyOf: ({ key }) => key,
      },
      start,
      { skip, limit },
    ),
  );
}

async function walk(
  account: TestAccount,
  start: PageStart,
  way: "next" | "previous",
  limit: number,
): Promise<Array<Page<ListedUser>>> {
  const pages: Array<Page<ListedUser>> = [];
  for (let next: PageStart | undefined = start; next !== undefined; next = pages.at(-1)?.[way]) {
    pages.push(await read(account, next, limit));
  }
  return pages;
}

function idsOf(page: { readonly items: readonly ListedUser[] }): string[] {
  return page.items.map(({ encoded }) => decodeUser(encoded).id);
}

function sizes(count: number, limit: number): number[] {
  return Array.from({ length: Math.ceil(count / limit) }, (_, index) => Math.min(limit, count - index * limit));
}
