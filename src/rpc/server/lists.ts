import { AccountService } from "../../../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { AuditService } from "../../../gen/roster/v1/audit_service_pb.js";
import { SessionService } from "../../../gen/roster/v1/session_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { ACCOUNT_ORDER } from "../../directory/accounts/account-order.ts";
import { AUDIT_ORDER_NAMES } from "../../directory/audit/order.ts";
import { API_KEY_ORDER } from "../../directory/keys/api-key-order.ts";
import { orderNames } from "../../directory/lists/order.ts";
import { SESSION_ORDER } from "../../directory/sessions/session-order.ts";
import { USER_ORDER } from "../../directory/users/user-order.ts";
import { ACCOUNT_FILTER_NAMES } from "../../filter/accounts.ts";
import { API_KEY_FILTER_NAMES } from "../../filter/api-keys.ts";
import { AUDIT_FILTER_NAMES } from "../../filter/audit.ts";
import { SESSION_FILTER_NAMES } from "../../filter/sessions.ts";
import { USER_FILTER_NAMES } from "../../filter/users.ts";
import { methodName } from "../permissions/permissions.ts";

/** What an RPC can be filtered and ordered by, by names of the schema. */
interface ListFields {
  readonly method: string;
  readonly filterFields: readonly string[];
  readonly orderFields: readonly string[];
}

const users = UserService.method;

/** Every RPC that takes a filter. */
export const LISTS: readonly ListFields[] = [
  list(users.listUsers, USER_FILTER_NAMES, orderNames(USER_ORDER)),
  list(users.listUsersChunked, USER_FILTER_NAMES),
  list(users.watchUsers, USER_FILTER_NAMES),
  list(users.listUserChanges, USER_FILTER_NAMES),
  list(SessionService.method.listSessions, SESSION_FILTER_NAMES, orderNames(SESSION_ORDER)),
  list(AccountService.method.listAccounts, ACCOUNT_FILTER_NAMES, orderNames(ACCOUNT_ORDER)),
  list(ApiKeyService.method.listApiKeys, API_KEY_FILTER_NAMES, orderNames(API_KEY_ORDER)),
  list(AuditService.method.listAuditEntries, AUDIT_FILTER_NAMES, AUDIT_ORDER_NAMES),
  list(AuditService.method.watchAuditEntries, AUDIT_FILTER_NAMES),
];

function list(
  method: Parameters<typeof methodName>[0],
  filterFields: readonly string[],
  orderFields: readonly string[] = [],
): ListFields {
  return { method: methodName(method), filterFields, orderFields };
}
