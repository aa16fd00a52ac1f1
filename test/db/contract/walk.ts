import { expect } from "vitest";
import type { UserReader } from "../../../src/directory/store/users.ts";
import type { TestAccount } from "../../support/account.ts";

/** All that listAt gives at the revision, read in pages of at most `limit`, each in a transaction of its own. */
export async function walk(account: TestAccount, revision: number, limit: number) {
  const all: Awaited<ReturnType<UserReader["listAt"]>>[number][] = [];
  for (let after = ""; ; ) {
    const page = await account.read(({ users }) => users.listAt(revision, after, limit));
    expect(page.length).toBeLessThanOrEqual(limit);
    all.push(...page);
    const last = page.at(-1);
    if (last === undefined) {
      return all;
    }
    after = last.id;
  }
}
