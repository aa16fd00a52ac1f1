import fc from "fast-check";
import { expect, test } from "vitest";
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, AUDIT_RESOURCES } from "../../../src/directory/audit/entry.ts";
import { auditEntryMatches, parseAuditFilter } from "../../../src/filter/audit.ts";
import { createTestAccount, newUser, openTestAccount, type TestAccount } from "../../support/account.ts";
import { filterTerms } from "../../support/filters.ts";

export function auditFilters(): void {
  test("the database and the memory agree on every filter and every entry", async () => {
    const { store } = await openTestAccount();
    let accounts = 0;
    const agree = fc.asyncProperty(
      fc.array(someOrigin, { minLength: 1, maxLength: 10 }),
      fc.array(someAuditFilter, { minLength: 1, maxLength: 20 }),
      async (origins, texts) => {
        accounts += 1;
        const account = await createTestAccount(store, `a${accounts}`);
        await writeAll(account, origins);
        await account.read(async ({ audit }) => {
          const all = await audit.list(ALL);
          for (const text of texts) {
            const filter = parseAuditFilter(text) ?? expect.fail("it is blank");
            const passing = all.filter((entry) => auditEntryMatches(filter, entry)).map(({ sequence }) => sequence);
            const listed = (await audit.list({ ...ALL, filter })).map(({ sequence }) => sequence);
            const counts = [await audit.count(filter), await audit.count(filter, 2)];
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
}

const ALL = { descending: false, direction: "after", from: null, skip: 0, limit: 1000 } as const;

const { text, compare, match, quoted, numeral, number, instant, filterOf } = filterTerms;
const someOrigin = fc.record({
  apiKeyId: fc.option(text),
  requestId: fc.option(text),
  source: fc.option(
    fc.record({
      accountId: text,
      userId: fc.option(text),
      token: fc.option(fc.record({ issuer: text, subject: text })),
      address: text,
      method: text,
    }),
    { nil: undefined },
  ),
});

const textField = fc.constantFrom(
  "method",
  "caller_account_id",
  "caller_user_id",
  "api_key_id",
  "token_issuer",
  "token_subject",
  "address",
  "request_id",
  "resource_id",
  "user_id",
);
const someAuditFilter = filterOf(
  fc.oneof(
    compare(textField, text.map(quoted)),
    match(textField),
    compare(fc.constant("time"), instant),
    compare(fc.constantFrom("sequence", "count"), fc.oneof(fc.integer({ min: -1, max: 12 }), number).map(numeral)),
    compare(fc.constant("action"), fc.constantFrom(...AUDIT_ACTIONS).map(quoted)),
    compare(fc.constant("resource"), fc.constantFrom(...AUDIT_RESOURCES).map(quoted)),
    compare(fc.constant("outcome"), fc.constantFrom(...AUDIT_OUTCOMES).map(quoted)),
    fc.oneof(textField, fc.constantFrom("time", "action", "changed_fields")).map((place) => `has(${place})`),
    fc.oneof(fc.constantFrom("about", "name"), text).map((field) => `${quoted(field)} in changed_fields`),
  ),
);

/** One entry each, of all kinds. */
async function writeAll(account: TestAccount, origins: ReadonlyArray<Parameters<TestAccount["write"]>[1]>): Promise<void> {
  const user = await account.insert({ id: "a" });
  for (const [index, origin] of origins.entries()) {
    await account.write(async (tx) => {
      if (index % 3 === 0) await tx.users.insert(newUser(tx, { id: `a${index}` }));
      else if (index % 3 === 1) await tx.users.update({ ...user, version: index }, { ...user, about: `${index}` });
      else await tx.updateAccount({ ...tx.account, name: `Name ${index}` });
    }, origin);
  }
}
