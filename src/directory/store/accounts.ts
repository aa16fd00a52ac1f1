import type { AccountOrderField } from "../accounts/account-order.ts";
import type { AccountFilter } from "../lists/filter.ts";
import type { OrderTerm } from "../lists/order.ts";
import type { PageQuery } from "./page-query.ts";

/** Which accounts a list has. */
export interface AccountSelection {
  /** MUST let the same accounts pass as `accountMatches` of src/filter, on every engine. Undefined: all. */
  readonly filter?: AccountFilter | undefined;
}

/** A page of accounts. */
export interface AccountListQuery extends PageQuery, AccountSelection {
  /** Has the id in it, which decides. */
  readonly order: ReadonlyArray<OrderTerm<AccountOrderField>>;
}
