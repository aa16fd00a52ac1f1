import type { OrderFields } from "../lists/order.ts";
import { foldEmail } from "../values/email.ts";
import type { User } from "./user.ts";

export type UserOrderField =
  | "external_id"
  | "email"
  | "email_verify_time"
  | "name"
  | "display_name"
  | "status"
  | "update_time";

/** What users can be ordered by: e-mails folded, as they are compared. */
export const USER_ORDER: OrderFields<User, UserOrderField> = {
  id: (user) => user.id,
  external_id: (user) => user.externalId,
  email: (user) => (user.email === null ? null : foldEmail(user.email)),
  email_verify_time: (user) => user.emailVerifyTime,
  name: (user) => user.name,
  display_name: (user) => user.displayName,
  status: (user) => user.status,
  create_time: (user) => user.createTime,
  update_time: (user) => user.updateTime,
  account_id: (user) => user.accountId,
};
