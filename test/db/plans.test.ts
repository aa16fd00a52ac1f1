import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAccounts } from "../../src/db/accounts/account-list.ts";
import { KyselyAuditReader } from "../../src/db/audit/audit-reader.ts";
import type { Engine } from "../../src/db/engine.ts";
import { listApiKeys } from "../../src/db/keys/api-key-list.ts";
import { withIndexedMetadata } from "../../src/db/maintenance/indexed-metadata.ts";
import { migrate } from "../../src/db/migrations/migrate.ts";
import { orderColumns } from "../../src/db/query/order-columns.ts";
import { readPage } from "../../src/db/query/pages.ts";
import { listSessions } from "../../src/db/sessions/session-list.ts";
import { countUsers, listRows, ORDER_COLUMNS } from "../../src/db/users/user-list.ts";
import { UserPages } from "../../src/db/users/user-pages.ts";
import { planSearch } from "../../src/db/users/user-search.ts";
import { ACCOUNT_ORDER } from "../../src/directory/accounts/account-order.ts";
import { API_KEY_ORDER } from "../../src/directory/keys/api-key-order.ts";
import { type ListKey, parseOrderBy } from "../../src/directory/lists/order.ts";
import { SESSION_ORDER } from "../../src/directory/sessions/session-order.ts";
import type { SessionListQuery } from "../../src/directory/store/sessions.ts";
import type { ListQuery } from "../../src/directory/store/users.ts";
import { USER_ORDER } from "../../src/directory/users/user-order.ts";
import { parseAuditFilter } from "../../src/filter/audit.ts";
import { parseSessionFilter } from "../../src/filter/sessions.ts";
import { parseUserFilter } from "../../src/filter/users.ts";
import { userEncoder } from "../../src/rpc/users/user-encoder.ts";
import { LONG } from "../support/bounds.ts";
import { createDatabase } from "../support/database.ts";
import { openTestEngine } from "../support/engine.ts";
import { explain, type Plan } from "./explain.ts";
import { fillWithUsers, MIDDLE } from "./many-users.ts";

// What the planners choose for the statements of lists: SQLite by its rules, without statistics; PostgreSQL by the statistics
// of 20 000 users in five accounts, nothing switched off. An index on the order, no sort and no scan: so a page costs the same
// wherever it begins.

let engine: Engine;
let close: () => Promise<void>;
beforeAll(async () => {
  const { url, remove } = await createDatabase();
  const opened = openTestEngine(url);
  await migrate(opened);
  engine = await withIndexedMetadata(opened, [["plan"], ["team", "id"]]);
  close = async () => {
    await engine.close();
    await remove();
  };
  await fillWithUsers(engine);
  if (!url.startsWith("sqlite:")) await sql`vacuum analyze`.execute(engine.writer);
}, LONG.timeout);
afterAll(() => close());

const PAGE: ListQuery = {
  showDeleted: false,
  order: parseOrderBy("", USER_ORDER),
  direction: "after",
  from: null,
  skip: 0,
  limit: 50,
};

/** Of the list itself: these users have no images, and are read once more by their ids. */
async function plansOf(query: Partial<ListQuery>, accountId: string | null = "a1"): Promise<Plan[]> {
  const pages = new UserPages(engine, userEncoder);
  const plans = await explain(engine, (db) => pages.read(db, accountId, { ...PAGE, ...query }));
  return plans.filter((plan) => plan.sql.includes(' order by "users".'));
}

/** Each statement goes along that index, and neither sorts nor looks at every row. */
function expectInOrder(plans: readonly Plan[], index: RegExp) {
  for (const { sql: statement, indexes, scans, sorts } of plans) {
    expect({ statement, indexes, scans, sorts }).toEqual({
      statement,
      indexes: [expect.stringMatching(index)],
      scans: [],
      sorts: [],
    });
  }
}

const ORDERS: ReadonlyArray<{ field: string; index: RegExp; values: ReadonlyArray<ListKey[number]> }> = [
  { field: "id", index: /^users_pk|^sqlite_autoindex_users_1/, values: [MIDDLE.id] },
  { field: "create_time", index: /^users_in_create_time_order/, values: [MIDDLE.create_time] },
  { field: "update_time", index: /^users_in_update_time_order/, values: [MIDDLE.update_time] },
  { field: "status", index: /^users_in_status_order/, values: ["ACTIVE", "SUSPENDED"] },
  // Of the least, too, behind which, descending, are those who have none.
  { field: "name", index: /^users_in_name_order/, values: [MIDDLE.name, "name 000", null] },
  { field: "display_name", index: /^users_in_display_name_order/, values: [MIDDLE.display_name, "display name 000", null] },
  { field: "email", index: /^users_(in_email_key_order|by_email_key)/, values: [MIDDLE.email_key, "0@example.com", null] },
  {
    field: "external_id",
    index: /^users_(in_external_id_order|by_external_id)/,
    values: [MIDDLE.external_id, "crm/0", null],
  },
];

describe.each(ORDERS)("a list by $field goes along its index", ({ field, index, values }) => {
  test.each(["asc", "desc"])("%s, from either edge and from any place, in both directions", async (way) => {
    const order = parseOrderBy(`${field} ${way}`, USER_ORDER);
    for (const direction of ["after", "before"] as const) {
      for (const showDeleted of [false, true]) {
        expectInOrder(await plansOf({ order, direction, showDeleted }), index);
        for (const value of values) {
          const from = field === "id" ? [value] : [value, MIDDLE.id];
          expectInOrder(await plansOf({ order, direction, showDeleted, from }), index);
        }
      }
    }
  });
});

test("a place among absent values and values takes several statements, each along the index", async () => {
  const plans = await plansOf({ order: parseOrderBy("name desc", USER_ORDER), from: ["name 000", ""] });
  expect(plans.map(({ sql: statement }) => /and "users"."name" (=|<|is null)/.exec(statement)?.[1])).toEqual([
    "=",
    "<",
    "is null",
  ]);
});

test("how many come after a user of some status is not guessed from the users of that status", async () => {
  const plans = await plansOf({ order: parseOrderBy("status desc", USER_ORDER), from: ["ACTIVE", MIDDLE.id] });
  expect(plans.map(({ sql: statement }) => statement)).toEqual([
    expect.stringMatching(/\("users"."status", "users"."id"\) < \(\(select cast\(\S+ as text\)\), \S+\)/),
  ]);
});

const FILTERS: ReadonlyArray<readonly [filter: string, index: RegExp]> = [
  ['status == "ACTIVE"', /^users_of_status/],
  ['status == "SUSPENDED"', /^users_of_status/],
  ['project == "project_7"', /^users_of_project/],
  ['project == "none"', /^users_of_project/],
  ['metadata.plan == "pro"', /^users_of_metadata/],
  ['metadata.plan == "none"', /^users_of_metadata/],
  ["metadata.team.id == 7", /^users_of_metadata/],
  ['metadata.plan == "pro" && !super_admin', /^users_of_metadata/],
  ['status == "ACTIVE" && !(name == "nobody")', /^users_of_status/],
];
const FROM: ReadonlyArray<ListKey | null> = [null, [MIDDLE.create_time, MIDDLE.id]];

test.each(FILTERS)("a list of those with %s goes along an index of them", async (filter, index) => {
  for (const orderBy of ["", "create_time"]) {
    for (const from of FROM) {
      for (const showDeleted of [false, true]) {
        const query = { order: parseOrderBy(orderBy, USER_ORDER), from, showDeleted, filter: parseUserFilter(filter) };
        expectInOrder(await plansOf(query), index);
        expectInOrder(await plansOf({ ...query, direction: "before" }), index);
      }
    }
  }
});

test.each([
  ['status == "INVITED" && project == "project_7"', /^users_of_(status|project)/],
  ['metadata.plan == "pro" && project == "project_7"', /^users_of_(metadata|project)/],
  ['external_id == "crm/4001"', /^users_by_external_id/],
  ['email == "4001@EXAMPLE.com"', /^users_by_email_key/],
  ['email == "4001@example.com" && status == "ACTIVE"', /^users_by_email_key/],
])("those with %s are found by an index, and the few who are found may be sorted", async (filter, index) => {
  for (const from of FROM) {
    for (const { sql: statement, indexes, scans } of await plansOf({ from, filter: parseUserFilter(filter) })) {
      expect({ statement, indexes, scans }).toEqual({
        statement,
        indexes: expect.arrayContaining([expect.stringMatching(index)]),
        scans: [],
      });
    }
  }
});

test("the list of all accounts goes along its index, which no list of one account does", async () => {
  const from = [MIDDLE.create_time, MIDDLE.id, "a1"];
  for (const direction of ["after", "before"] as const) {
    expectInOrder(await plansOf({ direction, from }, null), /^users_in_all_accounts/);
    expectInOrder(await plansOf({ direction, from, filter: parseUserFilter('status == "ACTIVE"') }), /^users_of_status/);
  }
});

test("a search that finds few looks up each of them, found along the index of words", async () => {
  const query: Partial<ListQuery> = { search: ["name", "77"] };
  for (const accountId of ["a1", null]) {
    for (const filter of [undefined, parseUserFilter('status == "ACTIVE"')]) {
      for (const { sql: statement, indexes, scans } of await plansOf({ ...query, filter }, accountId)) {
        const expected = [expect.stringMatching(/^user_words(_by_word)?$/), expect.stringMatching(/^users_pk|^PRIMARY KEY/)];
        expect({ statement, indexes, scans }).toEqual({ statement, indexes: expect.arrayContaining(expected), scans: [] });
      }
    }
  }
  const counted = await explain(engine, (db) =>
    countUsers(db, "a1", { ...PAGE, ...query }, { dialect: engine, upTo: undefined }),
  );
  for (const { sql: statement, indexes } of counted) {
    expect({ statement, indexes }).toEqual({ statement, indexes: [expect.stringMatching(/^user_words/)] });
  }
});

test("a search that finds many goes along the index of the order, and asks the index of words of each user", async () => {
  for (const [orderBy, index] of [
    ["", /^users_in_create_time_order/],
    ["name", /^users_in_name_order/],
  ] as const) {
    const order = parseOrderBy(orderBy, USER_ORDER);
    const columns = orderColumns(order, ORDER_COLUMNS, { accountId: "a1", byFilterIndex: false });
    const planned = (await planSearch(engine.reader, "a1", { ...PAGE, search: ["name"] }, engine)) ?? expect.fail();
    const plans = await explain(engine, (db) => {
      const rows = listRows(db, "a1", { ...PAGE, order, search: { ...planned, few: false } }, engine);
      return readPage(rows, columns, PAGE);
    });
    for (const { sql: statement, indexes, scans, sorts } of plans) {
      expect({ statement, indexes, scans, sorts }).toEqual({
        statement,
        indexes: expect.arrayContaining([expect.stringMatching(index), expect.stringMatching(/^user_words/)]),
        scans: [],
        sorts: [],
      });
    }
  }
});

const KEYS: ReadonlyArray<readonly [string | null, orderBy: string, ListKey, RegExp]> = [
  ["a1", "id", [MIDDLE.id], /^api_keys_pk|^sqlite_autoindex_api_keys_1/],
  ["a1", "create_time desc", [MIDDLE.create_time, MIDDLE.id], /^api_keys_in_create_time_order/],
  [null, "create_time desc", [MIDDLE.create_time, MIDDLE.id, "a1"], /^api_keys_in_all_accounts/],
];

test.each(KEYS)("lists of keys of account %j by %s go along an index", async (accountId, orderBy, from, index) => {
  for (const direction of ["after", "before"] as const) {
    const query = { order: parseOrderBy(orderBy, API_KEY_ORDER), direction, from, skip: 0, limit: 50 };
    expectInOrder(await explain(engine, (db) => listApiKeys(db, accountId, query, engine.json)), index);
  }
});

const ACCOUNTS: ReadonlyArray<readonly [orderBy: string, ListKey, RegExp]> = [
  ["id", ["t0500"], /^accounts_pkey|^sqlite_autoindex_accounts_1/],
  ["name desc", ["tenant 500", "t0500"], /^accounts_in_name_order/],
  ["slug", ["tenant-500", "t0500"], /^accounts_in_slug_order/],
  ["create_time desc", [500, "t0500"], /^accounts_in_create_time_order/],
];

test.each(ACCOUNTS)("lists of accounts by %s go along an index", async (orderBy, from, index) => {
  for (const direction of ["after", "before"] as const) {
    const query = { order: parseOrderBy(orderBy, ACCOUNT_ORDER), direction, from, skip: 0, limit: 50 };
    expectInOrder(await explain(engine, (db) => listAccounts(db, query, engine.json)), index);
  }
});

const AUDIT: ReadonlyArray<readonly [filter: string, index: RegExp]> = [
  ["", /^audit_entries_pk|^sqlite_autoindex_audit_entries_1/],
  [`user_id == "${MIDDLE.id}"`, /^audit_entries_by_user_id/],
  [`caller_user_id == "${MIDDLE.id}" && "about" in changed_fields`, /^audit_entries_by_caller_user_id/],
];

test.each(AUDIT)("pages of the audit log with the filter %j go along an index", async (filter, index) => {
  for (const descending of [false, true]) {
    for (const from of [null, [10_000]]) {
      const page = { descending, direction: "after", from, skip: 0, limit: 50, filter: parseAuditFilter(filter) } as const;
      expectInOrder(await explain(engine, (db) => new KyselyAuditReader(db, "a1", engine.json).list(page)), index);
    }
  }
});

const SESSIONS: ReadonlyArray<readonly [string | null, Partial<SessionListQuery>, RegExp]> = [
  ["a1", {}, /^sessions_in_create_time_order/],
  ["a1", { userId: MIDDLE.id }, /^sessions_of_user/],
  ["a1", { filter: parseSessionFilter(`user_id == "${MIDDLE.id}"`) }, /^sessions_of_user/],
  [null, {}, /^sessions_in_all_accounts/],
];

test.each(SESSIONS)("lists of sessions of account %j with %j go along an index", async (accountId, query, index) => {
  const from = [MIDDLE.create_time, MIDDLE.id, "a1"];
  const page = { direction: "after", from, skip: 0, limit: 50 } as const;
  const list: SessionListQuery = { ...page, order: parseOrderBy("", SESSION_ORDER), ...query };
  const plans = await explain(engine, (db) => listSessions(db, accountId, list, engine.json));
  for (const { indexes, scans, sorts } of plans) {
    expect({ indexes, scans, sorts }).toEqual({
      indexes: expect.arrayContaining([expect.stringMatching(index)]),
      scans: [],
      sorts: [],
    });
  }
});
