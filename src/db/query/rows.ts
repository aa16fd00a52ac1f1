import type { Selectable } from "kysely";
import type { Account, AccountStatus } from "../../directory/accounts/account.ts";
import type { ApiKey, Role } from "../../directory/keys/api-key.ts";
import type { Session } from "../../directory/sessions/session.ts";
import type { ChangeType, UserChange } from "../../directory/users/change.ts";
import type { User, UserStatus } from "../../directory/users/user.ts";
import { foldEmail } from "../../directory/values/email.ts";
import { canonicalJson, type JsonObject } from "../../directory/values/json.ts";
import type { AccountsTable, ApiKeysTable, ChangesTable, SessionsTable, UserRow } from "../schema.ts";

/** Rows hold what the store itself has written: the assertions here are the one place where that is taken on trust. */

export function toUser(row: Omit<UserRow, "email_key">): User {
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

export function toUserRow(user: User): UserRow {
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
export function toImage(row: UserRow): string {
  return JSON.stringify(row);
}

export function fromImage(image: string): User {
  return toUser(JSON.parse(image) as UserRow);
}

export function toChange({ image_before: before = null, ...row }: ChangeRow): UserChange {
  return {
    type: row.type as ChangeType,
    userId: row.user_id,
    version: row.version,
    revision: row.revision,
    commitTime: row.commit_time,
    user: row.image_after === null ? null : fromImage(row.image_after),
    before: before === null ? null : fromImage(before),
    changedFields: JSON.parse(row.changed_fields) as string[],
    apiKeyId: row.api_key_id,
    requestId: row.request_id,
  };
}

type ChangeRow = Omit<Selectable<ChangesTable>, "account_id" | "ordinal" | "image_before"> &
  Partial<Pick<Selectable<ChangesTable>, "image_before">>;

export function toAccount(row: Selectable<AccountsTable>): Account {
  return {
    id: row.account_id,
    name: row.name,
    slug: row.slug,
    status: row.status as AccountStatus,
    metadata: JSON.parse(row.metadata) as JsonObject,
    createTime: row.create_time,
    updateTime: row.update_time,
    version: row.version,
    selfWritable: JSON.parse(row.self_writable) as string[],
    revision: row.revision,
    historyFloor: row.history_floor,
  };
}

export function toApiKey(row: Omit<Selectable<ApiKeysTable>, "account_id" | SecretColumns>): ApiKey {
  return {
    id: row.id,
    displayName: row.display_name,
    userId: row.user_id,
    role: row.role as Role,
    requireNonce: row.require_nonce === 1,
    rateLimit:
      row.rate_per_second === null || row.rate_burst === null
        ? null
        : { perSecond: row.rate_per_second, burst: row.rate_burst },
    createTime: row.create_time,
    expireTime: row.expire_time,
    lastUseTime: row.last_use_time,
    revokeTime: row.revoke_time,
  };
}

export function toApiKeyRow(key: ApiKey): Omit<Selectable<ApiKeysTable>, "account_id" | SecretColumns> {
  return {
    id: key.id,
    display_name: key.displayName,
    user_id: key.userId,
    role: key.role,
    require_nonce: key.requireNonce ? 1 : 0,
    rate_per_second: key.rateLimit?.perSecond ?? null,
    rate_burst: key.rateLimit?.burst ?? null,
    create_time: key.createTime,
    expire_time: key.expireTime,
    last_use_time: key.lastUseTime,
    revoke_time: key.revokeTime,
  };
}

type SecretColumns = "digest" | "previous_digest" | "previous_expire_time";

export function toSession(row: Selectable<SessionsTable>): Session {
  return {
    accountId: row.account_id,
    id: row.id,
    userId: row.user_id,
    externalId: row.external_id,
    metadata: JSON.parse(row.metadata) as JsonObject,
    createTime: row.create_time,
    updateTime: row.update_time,
    endTime: row.end_time,
    version: row.version,
  };
}

export function toSessionRow(session: Session): Selectable<SessionsTable> {
  return {
    account_id: session.accountId,
    id: session.id,
    user_id: session.userId,
    external_id: session.externalId,
    metadata: canonicalJson(session.metadata),
    create_time: session.createTime,
    update_time: session.updateTime,
    end_time: session.endTime,
    version: session.version,
  };
}
