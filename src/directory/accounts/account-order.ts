import type { OrderFields } from "../lists/order.ts";
import type { Account } from "./account.ts";

export type AccountOrderField = "name" | "slug" | "status" | "update_time";

/** What accounts can be ordered by. */
export const ACCOUNT_ORDER: OrderFields<Account, AccountOrderField> = {
  id: (account) => account.id,
  name: (account) => account.name,
  slug: (account) => account.slug,
  status: (account) => account.status,
  create_time: (account) => account.createTime,
  update_time: (account) => account.updateTime,
  account_id: (account) => account.id,
};
