import type { User } from "../../directory/users/user.ts";
import { foldEmail } from "../../directory/values/email.ts";
import { canonicalJson, type JsonObject } from "../../directory/values/json.ts";
import { storedJson } from "../query/stored-json.ts";
import type { UserRow } from "../schema.ts";

export const USER_COLUMNS = [
  "account_id",
  "id",
  "external_id",
  "email",
  "email_key",
  "email_verify_time",
  "email_verify_key",
  "name",
  "display_name",
  "about",
  "project",
  "metadata",
  "status",
  "super_admin",
  "create_time",
  "update_time",
  "delete_time",
  "version",
  "revision",
] as const satisfies ReadonlyArray<keyof UserRow>;

export function toUser(row: UserRow): User {
  return {
    accountId: row.account_id,
    id: row.id,
    externalId: row.external_id,
    email: row.email,
    emailVerifyTime: verifyTimeOf(row),
    name: row.name,
    displayName: row.display_name,
    about: row.about,
    project: row.project,
    metadata: storedJson<JsonObject>(row.metadata),
    status: row.status,
    superAdmin: row.super_admin === 1,
    createTime: row.create_time,
    updateTime: row.update_time,
    deleteTime: row.delete_time,
    version: row.version,
    revision: row.revision,
  };
}

/** Images of the history may be older than the columns. */
function verifyTimeOf({ email_key, email_verify_time, email_verify_key }: UserRow): number | null {
  return email_verify_key != null && email_verify_key === email_key ? email_verify_time : null;
}

export function toUserRow(user: User): UserRow {
  const emailKey = user.email === null ? null : foldEmail(user.email);
  return {
    account_id: user.accountId,
    id: user.id,
    external_id: user.externalId,
    email: user.email,
    email_key: emailKey,
    email_verify_time: user.emailVerifyTime,
    email_verify_key: user.emailVerifyTime === null ? null : emailKey,
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
  return toUser(storedJson<UserRow>(image));
}
