import fc from "fast-check";
import { expect, test } from "vitest";
import type { Account } from "../../../src/directory/accounts/account.ts";
import { ACCOUNT_ORDER } from "../../../src/directory/accounts/account-order.ts";
import type { ApiKey } from "../../../src/directory/keys/api-key.ts";
import { API_KEY_ORDER } from "../../../src/directory/keys/api-key-order.ts";
import {
  type ListKey,
  listKey,
  type OrderFields,
  type OrderTerm,
  parseOrderBy,
} from "../../../src/directory/lists/order.ts";
import type { PageQuery } from "../../../src/directory/store/page-query.ts";
import { accountMatches, parseAccountFilter } from "../../../src/filter/accounts.ts";
import { apiKeyMatches, parseApiKeyFilter } from "../../../src/filter/api-keys.ts";
import { createTestAccount, openTestAccount, type TestAccount, testAccount } from "../../support/account.ts";
import { LONG } from "../../support/bounds.ts";
import { type ApiKeyValues, someAccount, someAccountFilter, someApiKey, someApiKeyFilter } from "../../support/filters.ts";
import { compareKeys } from "./compare-keys.ts";

const somePage = fc.record({
  place: fc.nat(),
  direction: fc.constantFrom("after" as const, "before" as const),
  skip: fc.oneof(fc.constant(0), fc.nat({ max: 9 })),
  limit: fc.integer({ min: 1, max: 9 }),
});

export function keyAndAccountLists(): void {
  test(
    "any page of keys, by any filter and in any order, is what the memory gives, and so is their number",
    LONG,
    async () => {
      const { store, ...one } = await openTestAccount();
      const all: ApiKey[] = [];
      let accounts = 0;
      const agree = fc.asyncProperty(
        fc.array(someApiKey, { minLength: 1, maxLength: 10 }),
        fc.array(fc.tuple(someApiKeyFilter, someOrder(API_KEY_ORDER), somePage), { minLength: 1, maxLength: 8 }),
        async (values, asked) => {
          accounts += 1;
          const account = accounts === 1 ? one : await createTestAccount(store, `a${accounts}`);
          const keys = await insertKeys(account, values);
          all.push(...keys);
          for (const [text, order, page] of asked) {
            const filter = parseApiKeyFilter(text);
            const passes = (key: ApiKey) => filter === undefined || apiKeyMatches(filter, key);
            await expectPage(keys.filter(passes), { fields: API_KEY_ORDER, order, page, nameOf }, (query, upTo) =>
              account.read(async ({ apiKeys }) => [
                await apiKeys.list({ ...query, order, filter }),
                await apiKeys.count({ filter }, upTo),
              ]),
            );
            await expectPage(all.filter(passes), { fields: API_KEY_ORDER, order, page, nameOf }, async (query, upTo) => [
              await store.listAllApiKeys({ ...query, order, filter }),
              await store.countAllApiKeys({ filter }, upTo),
            ]);
          }
        },
      );
      await fc.assert(agree, { numRuns: 30 });
    },
  );

  test(
    "any page of accounts, by any filter and in any order, is what the memory gives, and so is their number",
    LONG,
    async () => {
      const { store, ...one } = await openTestAccount();
      const accounts: TestAccount[] = [one];
      for (let n = 1; n < 9; n += 1) accounts.push(await createTestAccount(store, n % 2 === 0 ? `A${n}` : `a${n}`));
      await accounts[3]?.insert();
      const agree = fc.asyncProperty(
        fc.array(someAccount, { minLength: 9, maxLength: 9 }),
        fc.array(fc.tuple(someAccountFilter, someOrder(ACCOUNT_ORDER), somePage), { minLength: 1, maxLength: 8 }),
        async (values, asked) => {
          const stored: Account[] = [];
          for (const [index, { id, write }] of accounts.entries()) {
            await write((tx) => tx.updateAccount({ ...tx.account, ...values[index] }));
            stored.push(await testAccount(store, id).read(async ({ account }) => account));
          }
          for (const [text, order, page] of asked) {
            const filter = parseAccountFilter(text);
            const passing = stored.filter((account) => filter === undefined || accountMatches(filter, account));
            const nameOfAccount = ({ id }: Account) => id;
            await expectPage(passing, { fields: ACCOUNT_ORDER, order, page, nameOf: nameOfAccount }, async (query, upTo) => [
              await store.listAccounts({ ...query, order, filter }),
              await store.countAccounts({ filter }, upTo),
            ]);
          }
        },
      );
      await fc.assert(agree, { numRuns: 30 });
    },
  );
}

/** Up to three fields, each either way. */
function someOrder<T, F extends string>(fields: OrderFields<T, F>): fc.Arbitrary<Array<OrderTerm<F>>> {
  const names = Object.keys(fields).filter((name) => name !== "account_id");
  const term = fc.record({ field: fc.constantFrom(...names), way: fc.constantFrom("asc", "desc") });
  return fc
    .uniqueArray(term, { selector: ({ field }) => field, maxLength: 3 })
    .map((terms) => parseOrderBy(terms.map(({ field, way }) => `${field} ${way}`).join(), fields));
}

interface Asked<T, F extends string> {
  readonly fields: OrderFields<T, F>;
  readonly order: ReadonlyArray<OrderTerm<F>>;
  /** `place` counts items of the list; past its end is its edge. */
  readonly page: Omit<PageQuery, "from"> & { readonly place: number };
  readonly nameOf: (item: T) => string;
}

/** Reads the page, and counts up to its limit: both as from a sorted array of those that pass. */
async function expectPage<T, F extends string>(
  passing: readonly T[],
  { fields, order, page: { place, ...page }, nameOf: name }: Asked<T, F>,
  read: (query: PageQuery, upTo: number) => Promise<[readonly T[], number]>,
): Promise<void> {
  const keyOf = (item: T): ListKey => listKey(item, order, fields);
  const sorted = passing.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b), order));
  const inWay = page.direction === "after" ? sorted : sorted.toReversed();
  const at = place % (inWay.length + 1);
  const from = inWay[at];
  const rest = from === undefined ? inWay : inWay.slice(at + 1);
  const [items, count] = await read({ ...page, from: from === undefined ? null : keyOf(from) }, page.limit);
  expect({ items: items.map(name), count }).toEqual({
    items: rest.slice(page.skip, page.skip + page.limit).map(name),
    count: Math.min(passing.length, page.limit),
  });
}

function nameOf({ accountId, id }: ApiKey): string {
  return `${accountId} ${id}`;
}

/** Keys of two users, with ids that other accounts have as well. */
async function insertKeys(account: TestAccount, values: readonly ApiKeyValues[]) {
  const users = [await account.insert({ id: "a" }), await account.insert({ id: "é😀" })];
  const keys = values.map(
    (value, index): ApiKey => ({
      ...value,
      accountId: account.id,
      id: `K${(index * 7) % 10}`,
      userId: users[index % 2]?.id ?? "",
      certificateNames: [],
      rateLimit: null,
    }),
  );
  await account.write(async (tx) => {
    for (const key of keys) await tx.apiKeys.insert(key, new Uint8Array(32));
  });
  return keys;
}
