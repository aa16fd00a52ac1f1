import { expect, test } from "vitest";
import type { User } from "../../src/directory/users/user.ts";
import { USER_DEFAULTS } from "../../src/directory/users/user-fields.ts";
import { parseUserFilter, userMatches } from "../../src/filter/users.ts";
import { FILTER_CASES, FILTERED_USERS } from "../support/filter-cases.ts";

const USERS: User[] = FILTERED_USERS.map((values) => ({
  ...USER_DEFAULTS,
  accountId: "a",
  createTime: 9_000_000,
  updateTime: 9_000_000,
  deleteTime: null,
  version: 1,
  revision: 1,
  ...values,
}));

test.each(FILTER_CASES)("in memory %s lets %j pass", (text, ids) => {
  const filter = parseUserFilter(text) ?? expect.fail("it is blank");
  const passing = USERS.filter((user) => userMatches(filter, user)).map(({ id }) => id);
  expect(passing.sort()).toEqual(ids);
});
