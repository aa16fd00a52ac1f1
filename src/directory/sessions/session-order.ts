import type { OrderFields } from "../lists/order.ts";
import type { Session } from "./session.ts";

export type SessionOrderField = "user_id" | "external_id" | "update_time" | "end_time";

/** What sessions can be ordered by. */
export const SESSION_ORDER: OrderFields<Session, SessionOrderField> = {
  id: (session) => session.id,
  user_id: (session) => session.userId,
  external_id: (session) => session.externalId,
  create_time: (session) => session.createTime,
  update_time: (session) => session.updateTime,
  end_time: (session) => session.endTime,
  account_id: (session) => session.accountId,
};
