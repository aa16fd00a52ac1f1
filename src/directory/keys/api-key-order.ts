import type { OrderFields } from "../lists/order.ts";
import type { ApiKey } from "./api-key.ts";

export type ApiKeyOrderField = "display_name" | "user_id" | "role" | "expire_time" | "last_use_time" | "revoke_time";

/** What keys can be ordered by: roles by their names. */
export const API_KEY_ORDER: OrderFields<ApiKey, ApiKeyOrderField> = {
  id: (key) => key.id,
  display_name: (key) => key.displayName,
  user_id: (key) => key.userId,
  role: (key) => key.role,
  create_time: (key) => key.createTime,
  expire_time: (key) => key.expireTime,
  last_use_time: (key) => key.lastUseTime,
  revoke_time: (key) => key.revokeTime,
  account_id: (key) => key.accountId,
};
