import fc from "fast-check";
import { expect, test } from "vitest";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import type { ListQuery, UserReader } from "../../../src/directory/store/users.ts";
import { isFound, parseSearch } from "../../../src/directory/users/search.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { parseUserFilter, userMatches } from "../../../src/filter/users.ts";
import { createTestAccount, newUser, openTestAccount } from "../../support/account.ts";
import { LONG } from "../../support/bounds.ts";
import { someQuery, someSearchedUser } from "../../support/searches.ts";
import { decodeUser } from "../../support/sources.ts";

const ALL: ListQuery = {
  showDeleted: true,
  order: parseOrderBy("id", USER_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 1000,
};

const PEOPLE = [
  { id: "u1", name: "Ada Lovelace", email: "ada@engines.example", externalId: "crm/42" },
  { id: "u2", displayName: "Adá Byron", email: "LOVELY@engines.example" },
  { id: "u3", name: "田中さん", externalId: "crm/421" },
  { id: "u4", displayName: "Hải Straße" },
  { id: "u5", displayName: "김철수" },
];

const FOUND: ReadonlyArray<readonly [query: string, ids: readonly string[]]> = [
  ["ada", ["u1", "u2"]],
  ["ADÁ", ["u1", "u2"]],
  ["lov", ["u1", "u2"]],
  ["love a", ["u1", "u2"]],
  ["engines.example lace", []],
  ["ada crm", ["u1"]],
  ["42", ["u1", "u3"]],
  ["crm/421", ["u3"]],
  ["中", ["u3"]],
  ["田さ", ["u3"]],
  ["hai STRASSE", ["u4"]],
  ["철", ["u5"]],
  ["ㄱㅊ", ["u5"]],
  ["u", ["u1", "u2", "u3", "u4", "u5"]],
  ["'\"*:&|! u4", ["u4"]],
];

export function search(): void {
  test("a search finds the users of whose words each of its words begins one, and counts them", async () => {
    const account = await openTestAccount();
    await account.write(async (tx) => {
      for (const values of PEOPLE) await tx.users.insert(newUser(tx, values));
    });
    await account.read(async ({ users }) => {
      for (const [query, ids] of FOUND) {
        expect({ query, ids: await idsOf(users, query) }).toEqual({ query, ids });
        const count = await users.count({ showDeleted: true, search: parseSearch(query) });
        expect({ query, count }).toEqual({ query, count: ids.length });
      }
    });
  });

  test("a search goes with filters, orders, pages in both directions, skips and deleted users", async () => {
    const account = await openTestAccount();
    await account.write(async (tx) => {
      for (let n = 0; n < 10; n += 1) {
        const metadata = { even: n % 2 === 0 };
        await tx.users.insert(newUser(tx, { id: `u${n}`, name: n === 5 ? "Bo" : `Ada ${9 - n}`, metadata }));
      }
      const gone = (await tx.users.find("u4")) ?? expect.fail();
      await tx.users.update(gone, { ...gone, deleteTime: tx.now() });
    });
    const filter = parseUserFilter("metadata.even");
    await account.read(async ({ users }) => {
      const list = (query: Partial<ListQuery>) => idsOf(users, "ad", query);
      expect(await list({ showDeleted: false })).toEqual(["u0", "u1", "u2", "u3", "u6", "u7", "u8", "u9"]);
      expect(await list({ showDeleted: false, filter })).toEqual(["u0", "u2", "u6", "u8"]);
      expect(await list({ order: parseOrderBy("name", USER_ORDER), limit: 3 })).toEqual(["u9", "u8", "u7"]);
      expect(await list({ from: ["u2", "default"], limit: 2, skip: 1 })).toEqual(["u4", "u6"]);
      expect(await list({ from: ["u6", "default"], direction: "before", limit: 3 })).toEqual(["u4", "u3", "u2"]);
      const counts = [
        await users.count({ showDeleted: true, search: ["ada"] }),
        await users.count({ showDeleted: false, search: ["ada"] }),
        await users.count({ showDeleted: false, search: ["ada"], filter }),
        await users.count({ showDeleted: true, search: ["ada"] }, 4),
        await users.count({ showDeleted: true, search: ["ada"], filter }, 3),
      ];
      expect(counts).toEqual([9, 8, 4, 4, 3]);
    });
  });

  test("users are found by what they are, and no longer by what they were", async () => {
    const { read, write, insert } = await openTestAccount();
    const ada = await insert({ id: "u1", name: "Ada", email: "ada@example.com" });
    const found = () =>
      read(async ({ users }) => [
        await idsOf(users, "ada"),
        await idsOf(users, "grace"),
        await idsOf(users, "grace", { showDeleted: false }),
      ]);
    expect(await found()).toEqual([["u1"], [], []]);
    const grace = await write(({ users }) => users.update(ada, { ...ada, name: "Grace", email: null }));
    expect(await found()).toEqual([[], ["u1"], ["u1"]]);
    const deleted = await write((tx) => tx.users.update(grace, { ...grace, deleteTime: tx.now() }));
    expect(await found()).toEqual([[], ["u1"], []]);
    const back = await write((tx) => tx.users.update(deleted, { ...deleted, deleteTime: null }));
    expect(await found()).toEqual([[], ["u1"], ["u1"]]);
    await write((tx) => tx.users.purge(back));
    expect(await found()).toEqual([[], [], []]);
    await insert({ id: "u2", name: "Grace" });
    expect(await found()).toEqual([[], ["u2"], ["u2"]]);
  });

  test("a transaction finds what it has written, and one that fails leaves nothing to find", async () => {
    const { read, write } = await openTestAccount();
    const failing = write(async (tx) => {
      await tx.users.insert(newUser(tx, { id: "u1", name: "Ada" }));
      expect(await idsOf(tx.users, "ada")).toEqual(["u1"]);
      throw new Error("no");
    });
    await expect(failing).rejects.toThrow("no");
    expect(await read(({ users }) => idsOf(users, "ada"))).toEqual([]);
  });

  test("accounts find their own users alone, and all accounts everybody's", async () => {
    const { store, insert, read } = await openTestAccount();
    const other = await createTestAccount(store, "other");
    await insert({ id: "a", name: "Ada" });
    const gone = await other.insert({ id: "b", name: "Ada" });
    await other.insert({ id: "c", name: "Adam" });
    await other.write((tx) => tx.users.update(gone, { ...gone, deleteTime: tx.now() }));
    expect(await read(({ users }) => idsOf(users, "ada"))).toEqual(["a"]);
    expect(await other.read(({ users }) => idsOf(users, "ada"))).toEqual(["b", "c"]);
    const everybody = async (showDeleted: boolean) => {
      const listed = await store.listAllUsers({ ...ALL, showDeleted, search: ["ada"] });
      return [
        listed.map(({ encoded }) => decodeUser(encoded).id),
        await store.countAllUsers({ showDeleted, search: ["ada"] }),
      ];
    };
    expect(await everybody(true)).toEqual([["a", "b", "c"], 3]);
    expect(await everybody(false)).toEqual([["a", "c"], 2]);
    await other.write((tx) => tx.eraseAccount());
    expect(await everybody(true)).toEqual([["a"], 1]);
  });

  test("a list of more than a few goes along its order, and has the same users", LONG, async () => {
    const account = await openTestAccount();
    await account.write(async (tx) => {
      for (let n = 0; n < 5_100; n += 1) {
        const name = n % 17 === 0 ? "Bo" : "Ada";
        const values = { id: `u${n}`, name, createTime: n, metadata: { odd: n % 2 === 1 }, externalId: `crm/x/${n}` };
        await tx.users.insert(newUser(tx, values));
      }
    });
    const expected = Array.from({ length: 5_100 }, (_, n) => 5_099 - n).filter((n) => n % 17 !== 0);
    const order = parseOrderBy("", USER_ORDER);
    await account.read(async ({ users }) => {
      const list = async (query: Partial<ListQuery>) =>
        (await idsOf(users, "u a", { ...query, order })).map((id) => Number(id.slice(1)));
      expect(await users.count({ showDeleted: false, search: ["u"] })).toBe(5_100);
      // What nearly all have, beside what few have.
      for (const showDeleted of [false, true]) {
        expect(await idsOf(users, "crm u407 x", { showDeleted, order })).toEqual(["u4079", "u4078", ...TENS, "u407"]);
        expect(await users.count({ showDeleted, search: ["crm", "u407", "x"] })).toBe(11);
        expect(await users.count({ showDeleted, search: ["crm", "u407", "xy"] })).toBe(0);
        expect(await users.count({ showDeleted, search: ["bo", "crm", "u408"] })).toBe(2);
      }
      expect(await list({ limit: 60 })).toEqual(expected.slice(0, 60));
      expect(await list({ from: [2_000, "u2000", "default"], limit: 10 })).toEqual(
        expected.filter((n) => n < 2_000).slice(0, 10),
      );
      const everybody = { showDeleted: false, search: ["u"], filter: parseUserFilter("metadata.odd && name == 'Bo'") };
      expect(await users.count(everybody)).toBe(150);
      expect((await idsOf(users, "u", { ...everybody, limit: 3 })).length).toBe(3);
    });
  });

  test("the database and the memory agree on every query and every user", LONG, async () => {
    const { store } = await openTestAccount();
    let accounts = 0;
    const agree = fc.asyncProperty(
      fc.array(someSearchedUser, { minLength: 1, maxLength: 10 }),
      fc.array(someQuery, { minLength: 1, maxLength: 20 }),
      async (people, queries) => {
        accounts += 1;
        const { read, write } = await createTestAccount(store, `a${accounts}`);
        await write((tx) => insertAll(tx, people));
        await read(async ({ account, users }) => {
          const states = await users.listAt(account.revision, "", ALL.limit);
          const all = states.flatMap(({ state }) => state ?? []);
          for (const query of queries) {
            await agreeOn(users, all, query);
          }
        });
      },
    );
    await fc.assert(agree, { numRuns: 100 });
  });
}

const TENS = ["u4077", "u4076", "u4075", "u4074", "u4073", "u4072", "u4071", "u4070"];

async function agreeOn(users: UserReader, all: readonly User[], query: string): Promise<void> {
  const words = parse(query);
  if (words === undefined) return;
  const found = all.filter((user) => isFound(user, words));
  const live = found.filter(({ deleteTime }) => deleteTime === null);
  const filter = parseUserFilter('status == "ACTIVE"') ?? expect.fail();
  const [name, ids] = [JSON.stringify(query), (of: readonly User[]) => of.map(({ id }) => id)];
  expect([name, await idsOf(users, query)]).toEqual([name, ids(found)]);
  expect([name, await idsOf(users, query, { showDeleted: false })]).toEqual([name, ids(live)]);
  expect([name, await idsOf(users, query, { filter, direction: "before" })]).toEqual([
    name,
    ids(found.filter((user) => userMatches(filter, user))).toReversed(),
  ]);
  expect([name, await users.count({ showDeleted: false, search: words })]).toEqual([name, live.length]);
}

/** Undefined: the query has no word, or too many. */
function parse(query: string): readonly string[] | undefined {
  try {
    return parseSearch(query);
  } catch {
    return undefined;
  }
}

/** Each is inserted as somebody else, and some are deleted. */
async function insertAll(tx: AccountTransaction, people: ReadonlyArray<Partial<User>>): Promise<void> {
  for (const [index, { id, deleteTime = null, ...values }] of people.entries()) {
    const user = await tx.users.insert(newUser(tx, { id: `${id}${index}`, name: "Somebody else" }));
    // Live users share neither external ids nor e-mails.
    const externalId = values.externalId == null ? null : `${values.externalId}/${index}`;
    const email = deleteTime === null ? `${index}@x.org` : "é@x.org";
    await tx.users.update(user, { ...user, name: null, ...values, externalId, email, deleteTime });
  }
}

async function idsOf(users: UserReader, query: string, page: Partial<ListQuery> = {}): Promise<string[]> {
  const listed = await users.list({ ...ALL, ...page, search: parseSearch(query) });
  return listed.map(({ encoded }) => decodeUser(encoded).id);
}
