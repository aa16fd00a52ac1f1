import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_ACCOUNT } from "../../../src/directory/accounts/account.ts";
import type { Filter, MetadataPath, UserFilter } from "../../../src/directory/lists/filter.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import type { ListQuery, NewUser, UserReader } from "../../../src/directory/store/users.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { foldEmail } from "../../../src/directory/values/email.ts";
import { parseUserFilter, userMatches } from "../../../src/filter/users.ts";
import { createTestAccount, newUser, openTestAccount } from "../../support/account.ts";
import { LONG } from "../../support/bounds.ts";
import { FILTER_CASES, FILTERED_USERS } from "../../support/filter-cases.ts";
import { INDEXED_PATHS, someFilter, someMetadataFilter, somePath, someUser } from "../../support/filters.ts";
import { decodeUser } from "../../support/sources.ts";

const ALL: ListQuery = {
  showDeleted: true,
  order: parseOrderBy("id", USER_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 1000,
};

export function filters(): void {
  describe("without indexes of metadata", () => filtersWith([]));
  describe("with indexes of metadata", () => filtersWith(INDEXED_PATHS));
}

function filtersWith(indexedMetadata: readonly MetadataPath[]): void {
  const open = () => openTestAccount({ indexedMetadata });

  test("a list has the users who pass its filter, and counts them", async () => {
    const account = await open();
    await account.write(async (tx) => {
      for (const values of FILTERED_USERS) await tx.users.insert(newUser(tx, values));
    });
    await account.read(async ({ users }) => {
      for (const [text, ids] of FILTER_CASES) {
        const filter = parse(text);
        expect({ text, ids: await idsOf(users, filter) }).toEqual({ text, ids });
        for (const upTo of [undefined, 1, 2, 1000]) {
          const count = Math.min(ids.length, upTo ?? ids.length);
          expect({ text, count: await users.count({ showDeleted: true, filter }, upTo) }).toEqual({ text, count });
        }
      }
    });
  });

  test("a filter goes with pages, in both directions, and with deleted users", async () => {
    const account = await open();
    await account.write(async (tx) => {
      for (let i = 0; i < 10; i += 1) await tx.users.insert(newUser(tx, { id: `u${i}`, metadata: { even: i % 2 === 0 } }));
      const gone = (await tx.users.find("u4")) ?? expect.fail();
      await tx.users.update(gone, { ...gone, deleteTime: tx.now() });
    });
    const filter = parse("metadata.even");
    await account.read(async ({ users }) => {
      const list = (query: Partial<ListQuery>) => idsOf(users, filter, query);
      expect(await list({ showDeleted: false })).toEqual(["u0", "u2", "u6", "u8"]);
      expect(await list({ from: ["u2", DEFAULT_ACCOUNT], limit: 2 })).toEqual(["u4", "u6"]);
      expect(await list({ from: ["u6", DEFAULT_ACCOUNT], direction: "before", limit: 2 })).toEqual(["u4", "u2"]);
      expect([await users.count({ showDeleted: true, filter }), await users.count({ showDeleted: false, filter })]).toEqual([
        5, 4,
      ]);
      expect(await idsOf(users, parse("has(delete_time)"))).toEqual(["u4"]);
    });
  });

  test("users of all accounts are filtered as those of one", async () => {
    const { store, insert } = await open();
    const other = await createTestAccount(store, "other");
    await insert({ id: "a", metadata: { x: 1 } });
    await other.insert({ id: "b", metadata: { x: 1 } });
    await other.insert({ id: "c", metadata: { x: 2 } });
    const filter = parse("metadata.x == 1");
    expect((await store.listAllUsers({ ...ALL, filter })).map(({ encoded }) => decodeUser(encoded).id)).toEqual(["a", "b"]);
    expect(await store.countAllUsers({ showDeleted: true, filter })).toBe(2);
    expect(await store.countAllUsers({ showDeleted: true, filter: parse('metadata.x == 1 && account_id == "other"') })).toBe(
      1,
    );
  });

  test("the database and the memory agree on every filter and every user", LONG, async () => {
    const { store } = await open();
    let accounts = 0;
    const agree = fc.asyncProperty(
      fc.array(someUser, { minLength: 1, maxLength: 10 }),
      fc.array(someFilter, { minLength: 1, maxLength: 20 }),
      async (values, texts) => {
        accounts += 1;
        const { read, write } = await createTestAccount(store, `a${accounts}`);
        await write((tx) => insertAll(tx, values));
        await read(async ({ account, users }) => {
          const states = await users.listAt(account.revision, "", ALL.limit);
          const all = states.flatMap(({ state }) => state ?? []);
          for (const text of texts) {
            const filter = parse(text);
            const passing = all.filter((user) => userMatches(filter, user)).map(({ id }) => id);
            expect({ text, ids: await idsOf(users, filter) }).toEqual({ text, ids: passing });
          }
        });
      },
    );
    await fc.assert(agree, { numRuns: 100 });
  });

  test("they agree on what no text says: texts without their case, and objects in lists", LONG, async () => {
    const { store } = await open();
    let accounts = 0;
    const agree = fc.asyncProperty(
      fc.array(someUser, { minLength: 1, maxLength: 10 }),
      fc.array(fc.tuple(someFilter, somePath, someMetadataFilter), { minLength: 1, maxLength: 10 }),
      async (values, given) => {
        accounts += 1;
        const { read, write } = await createTestAccount(store, `a${accounts}`);
        await write((tx) => insertAll(tx, values));
        await read(async ({ account, users }) => {
          const states = await users.listAt(account.revision, "", ALL.limit);
          const all = states.flatMap(({ state }) => state ?? []);
          for (const [text, path, element] of given) {
            // No text of such a filter names a field.
            const some = { kind: "some", path, element: folded(parse(element)) as Filter<never> } as const;
            for (const filter of [folded(parse(text)), some, { kind: "not", term: some } as const]) {
              const passing = all.filter((user) => userMatches(filter, user)).map(({ id }) => id);
              expect({ filter, ids: await idsOf(users, filter) }).toEqual({ filter, ids: passing });
            }
          }
        });
      },
    );
    await fc.assert(agree, { numRuns: 30 });
  });
}

/** The same filter, but that the case of its texts does not count. */
function folded(filter: UserFilter): UserFilter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { ...filter, terms: filter.terms.map(folded) };
    case "not":
      return { ...filter, term: folded(filter.term) };
    case "compare":
    case "match":
      return { ...filter, folded: true };
    default:
      return filter;
  }
}

/** Live users share neither external ids nor e-mails: whoever repeats one is deleted. */
async function insertAll(tx: AccountTransaction, users: ReadonlyArray<Partial<NewUser>>): Promise<void> {
  const seen = new Set<string>();
  for (const [index, { externalId = null, email = null, ...values }] of users.entries()) {
    const user = await tx.users.insert(newUser(tx, { ...values, id: `u${index}` }));
    const keys = [externalId, email && `e-mail ${foldEmail(email)}`].filter((key) => key !== null);
    const deleteTime = keys.some((key) => seen.has(key)) ? 2 : null;
    await tx.users.update(user, { ...user, externalId, email, deleteTime });
    for (const key of deleteTime === null ? keys : []) seen.add(key);
  }
}

function parse(text: string): UserFilter {
  return parseUserFilter(text) ?? expect.fail("it is blank");
}

async function idsOf(users: UserReader, filter: UserFilter, query: Partial<ListQuery> = {}): Promise<string[]> {
  return (await users.list({ ...ALL, ...query, filter })).map(({ encoded }) => decodeUser(encoded).id);
}
