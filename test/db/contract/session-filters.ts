import fc from "fast-check";
import { expect, test } from "vitest";
import { listKey, parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { Session } from "../../../src/directory/sessions/session.ts";
import { SESSION_ORDER } from "../../../src/directory/sessions/session-order.ts";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import type { SessionListQuery } from "../../../src/directory/store/sessions.ts";
import { parseSessionFilter, sessionMatches } from "../../../src/filter/sessions.ts";
import { createTestAccount, openTestAccount, type TestAccount } from "../../support/account.ts";
import { someSession, someSessionFilter } from "../../support/filters.ts";
import { compareKeys } from "./compare-keys.ts";

const ALL: SessionListQuery = {
  order: parseOrderBy("id", SESSION_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 1000,
};

export function sessionFilters(): void {
  test("the database and the memory agree on every filter and every session", async () => {
    const { store } = await openTestAccount();
    let accounts = 0;
    const agree = fc.asyncProperty(
      fc.array(someSession, { minLength: 1, maxLength: 10 }),
      fc.array(someSessionFilter, { minLength: 1, maxLength: 20 }),
      async (values, texts) => {
        accounts += 1;
        const account = await createTestAccount(store, `a${accounts}`);
        await insertAll(account, values);
        await account.read(async ({ sessions }) => {
          const all = await sessions.list(ALL);
          expect(all).toHaveLength(values.length);
          for (const text of texts) {
            const filter = parseSessionFilter(text) ?? expect.fail("it is blank");
            const passing = all.filter((session) => sessionMatches(filter, session)).map(({ id }) => id);
            const listed = (await sessions.list({ ...ALL, filter })).map(({ id }) => id);
            const counts = [await sessions.count({ filter }), await sessions.count({ filter }, 2)];
            expect({ text, listed, counts }).toEqual({
              text,
              listed: passing,
              counts: [passing.length, Math.min(passing.length, 2)],
            });
          }
        });
      },
    );
    await fc.assert(agree, { numRuns: 40 });
  });

  test("sessions are listed in any order, in pages that join, in both directions", async () => {
    const account = await openTestAccount();
    const values = Array.from({ length: 24 }, (_, n) => ({
      externalId: n % 3 === 0 ? null : `x${n % 5}`,
      createTime: 5 + (n % 2),
      updateTime: 7 + (n % 4),
      endTime: n % 3 === 1 ? null : 9 + (n % 4),
      metadata: { n },
    }));
    await insertAll(account, values);
    for (const text of [
      "end_time",
      "end_time desc, user_id",
      "external_id desc,update_time",
      "user_id:desc,id",
      "update_time",
    ]) {
      const order = parseOrderBy(text, SESSION_ORDER);
      const all = await account.read(({ sessions }) => sessions.list({ ...ALL, order }));
      const keys = all.map((session) => listKey(session, order, SESSION_ORDER));
      expect(keys).toEqual(keys.toSorted((a, b) => compareKeys(a, b, order)));
      expect(await walk(account, { ...ALL, order, limit: 5 })).toEqual(all.map(({ id }) => id));
      expect(await walk(account, { ...ALL, order, limit: 5, direction: "before" })).toEqual(
        all.map(({ id }) => id).reverse(),
      );
    }
  });
}

type Values = Pick<Session, "externalId" | "createTime" | "updateTime" | "endTime" | "metadata">;

/** Open sessions of a user share no external id: whoever repeats one has ended. */
async function insertAll(account: TestAccount, values: readonly Values[]): Promise<void> {
  const users = [await account.insert({ id: "a" }), await account.insert({ id: "é😀" })];
  await account.write(async (tx) => {
    const seen = new Set<string>();
    for (const [index, value] of values.entries()) {
      const userId = users[index % 2]?.id ?? "";
      const key = `${userId} ${value.externalId}`;
      const repeated = value.externalId !== null && value.endTime === null && seen.has(key);
      if (value.endTime === null) seen.add(key);
      await insert(tx, account.id, { ...value, id: `s${index}`, userId, endTime: repeated ? 3 : value.endTime });
    }
  });
}

function insert(
  tx: AccountTransaction,
  accountId: string,
  values: Omit<Session, "accountId" | "version">,
): Promise<Session> {
  return tx.sessions.insert({ ...values, accountId, version: 1 });
}

/** All ids, page by page. */
async function walk(account: TestAccount, query: SessionListQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let from: SessionListQuery["from"] = null; ; ) {
    const page: Session[] = await account.read(({ sessions }) => sessions.list({ ...query, from }));
    ids.push(...page.map(({ id }) => id));
    const last = page.at(-1);
    if (last === undefined) return ids;
    from = listKey(last, query.order, SESSION_ORDER);
  }
}
