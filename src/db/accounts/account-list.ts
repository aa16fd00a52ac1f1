import type { Account } from "../../directory/accounts/account.ts";
import type { AccountOrderField } from "../../directory/accounts/account-order.ts";
import type { AccountFilterField } from "../../directory/lists/filter.ts";
import type { OrderTerm } from "../../directory/lists/order.ts";
import type { AccountListQuery, AccountSelection } from "../../directory/store/accounts.ts";
import type { JsonDialect } from "../engine.ts";
import { type FilterColumns, whereFilter } from "../query/filter.ts";
import { type OrderColumn, orderColumns } from "../query/order-columns.ts";
import { countRowsUpTo, readPage } from "../query/pages.ts";
import type { Queryable } from "../query/queryable.ts";
import { ACCOUNT_COLUMNS, toAccount } from "./account-row.ts";

export async function listAccounts(db: Queryable, query: AccountListQuery, json: JsonDialect): Promise<Account[]> {
  // As in the lists of one account the id decides.
  const order = orderColumns(query.order, ORDER_COLUMNS, { accountId: "", byFilterIndex: false });
  return (await readPage(selectAccounts(db, query, json), order, query)).map(toAccount);
}

export function countAccounts(
  db: Queryable,
  selection: AccountSelection,
  { json, upTo }: { readonly json: JsonDialect; readonly upTo: number | undefined },
): Promise<number> {
  return countRowsUpTo(db, selectAccounts(db, selection, json), upTo);
}

const ORDER_COLUMNS = {
  id: { column: "accounts.account_id" },
  name: { column: "accounts.name" },
  slug: { column: "accounts.slug" },
  status: { column: "accounts.status", fewValues: true },
  create_time: { column: "accounts.create_time" },
  update_time: { column: "accounts.update_time" },
  account_id: { column: "accounts.account_id" },
} as const satisfies Record<OrderTerm<AccountOrderField>["field"], Omit<OrderColumn, "descending">>;

const FILTER_COLUMNS: FilterColumns<AccountFilterField> = {
  fields: {
    id: { column: "accounts.account_id" },
    name: { column: "accounts.name" },
    slug: { column: "accounts.slug" },
    status: { column: "accounts.status" },
    create_time: { column: "accounts.create_time" },
    update_time: { column: "accounts.update_time" },
    revision: { column: "accounts.revision", number: true },
  },
  metadata: "accounts.metadata",
};

function selectAccounts(db: Queryable, { filter }: AccountSelection, json: JsonDialect) {
  const rows = db.selectFrom("accounts").select(ACCOUNT_COLUMNS);
  return filter === undefined ? rows : rows.where(whereFilter(filter, FILTER_COLUMNS, json));
}
