import type { ApiKey } from "../../directory/keys/api-key.ts";
import type { ApiKeyOrderField } from "../../directory/keys/api-key-order.ts";
import type { ApiKeyFilterField } from "../../directory/lists/filter.ts";
import type { OrderTerm } from "../../directory/lists/order.ts";
import type { ApiKeyListQuery, ApiKeySelection } from "../../directory/store/api-keys.ts";
import type { JsonDialect } from "../engine.ts";
import { type FilterColumns, whereFilter } from "../query/filter.ts";
import { type OrderColumn, orderColumns } from "../query/order-columns.ts";
import { countRowsUpTo, readPage } from "../query/pages.ts";
import type { Queryable } from "../query/queryable.ts";
import { API_KEY_COLUMNS, toApiKey } from "./api-key-row.ts";

/** Of one account, or of all for null. */
export async function listApiKeys(
  db: Queryable,
  accountId: string | null,
  query: ApiKeyListQuery,
  json: JsonDialect,
): Promise<ApiKey[]> {
  const order = orderColumns(query.order, ORDER_COLUMNS, { accountId, byFilterIndex: false });
  return (await readPage(selectApiKeys(db, accountId, query, json), order, query)).map(toApiKey);
}

/** Of one account, or of all for null. */
export function countApiKeys(
  db: Queryable,
  accountId: string | null,
  selection: ApiKeySelection,
  { json, upTo }: { readonly json: JsonDialect; readonly upTo: number | undefined },
): Promise<number> {
  return countRowsUpTo(db, selectApiKeys(db, accountId, selection, json), upTo);
}

const ORDER_COLUMNS = {
  id: { column: "api_keys.id" },
  display_name: { column: "api_keys.display_name" },
  user_id: { column: "api_keys.user_id" },
  role: { column: "api_keys.role", fewValues: true },
  create_time: { column: "api_keys.create_time" },
  expire_time: { column: "api_keys.expire_time", nullable: true },
  last_use_time: { column: "api_keys.last_use_time", nullable: true },
  revoke_time: { column: "api_keys.revoke_time", nullable: true },
  account_id: { column: "api_keys.account_id" },
} as const satisfies Record<OrderTerm<ApiKeyOrderField>["field"], Omit<OrderColumn, "descending">>;

const FILTER_COLUMNS: FilterColumns<ApiKeyFilterField> = {
  fields: {
    account_id: { column: "api_keys.account_id" },
    id: { column: "api_keys.id" },
    display_name: { column: "api_keys.display_name" },
    user_id: { column: "api_keys.user_id" },
    role: { column: "api_keys.role" },
    require_nonce: { column: "api_keys.require_nonce" },
    create_time: { column: "api_keys.create_time" },
    expire_time: { column: "api_keys.expire_time" },
    last_use_time: { column: "api_keys.last_use_time" },
    revoke_time: { column: "api_keys.revoke_time" },
  },
};

function selectApiKeys(db: Queryable, accountId: string | null, { filter }: ApiKeySelection, json: JsonDialect) {
  let rows = db.selectFrom("api_keys").select(API_KEY_COLUMNS);
  if (accountId !== null) rows = rows.where("account_id", "=", accountId);
  if (filter !== undefined) rows = rows.where(whereFilter(filter, FILTER_COLUMNS, json));
  return rows;
}
