import type { Selectable } from "kysely";
import type { Account, AccountStatus } from "../directory/account.ts";
import type { ApiKey, Role } from "../directory/api-key.ts";
import { canonicalJson, type JsonObject } from "../directory/json.ts";
import { foldEmail, type User, type UserStatus } from "../directory/user.ts";
import type { AccountsTable, ApiKeysTable, UsersTable } from "./schema.ts";

/** Rows hold what the store itself has written: the assertions here are the one place where that is taken on trust. */

export function toUser(row: Selectable<UsersTable>): User {
  return {
    accountId: row.account_id,
    id: row.id,
    externalId: row.external_id,
    email: row.email,
    name: row.name,
    displayName: row.display_name,
    about: row.about,
    project: row.project,
    metadata: JSON.parse(row.metadata) as JsonObject,
    status: row.status as UserStatus,
    superAdmin: row.super_admin === 1,
    createTime: row.create_time,
    updateTime: row.update_time,
    deleteTime: row.delete_time,
    version: row.version,
    revision: row.revision,
  };
}

export function toUserRow(user: User): Selectable<UsersTable> {
  return {
    account_id: user.accountId,
    id: user.id,
    external_id: user.externalId,
    email: user.email,
    email_key: user.email === null ? null : foldEmail(user.email),
    name: user.name,
    display_name: user.displayName,
    about: user.about,
    project: user.project,
    metadata: canonicalJson(user.metadata),
    status: user.status,
    super_admin: user.superAdmin ? 1 : 0,
    create_time: user.createTime,
    update_time: user.updateTime,
    delete_time: user.deleteTime,
    version: user.version,
    revision: user.revision,
  };
}

/** How the history keeps a user. */
export function toImage(row: Selectable<UsersTable>): string {
  return JSON.stringify(row);
}

export function fromImage(image: string): User {
  return toUser(JSON.parse(image) as Selectable<UsersTable>);
}

export function toAccount(row: Selectable<AccountsTable>): Account {
  return {
    id: row.account_id,
    name: row.name,
    status: row.status as AccountStatus,
    createTime: row.create_time,
    updateTime: row.update_time,
    revision: row.revision,
    historyFloor: row.history_floor,
  };
}

export function toApiKey(row: Omit<Selectable<ApiKeysTable>, "account_id" | "digest">): ApiKey {
  return {
    id: row.id,
    displayName: row.display_name,
    userId: row.user_id,
    role: row.role as Role,
    createTime: row.create_time,
    expireTime: row.expire_time,
    revokeTime: row.revoke_time,
  };
}
