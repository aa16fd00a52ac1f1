import { assertMetadataRule } from "../accounts/metadata-rules.ts";
import { etagMismatch, invalidField, taken } from "../errors.ts";
import { assertOwnChange } from "../keys/own-user.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import type { NewUser } from "../store/users.ts";
import { type MetadataUpdate, mergeMetadata } from "../values/metadata.ts";
import { assertVerification, withVerification } from "./email-verification.ts";
import { findByExternalId, getLiveUser } from "./find-user.ts";
import type { User, UserInput, UserStatus, UserValues } from "./user.ts";
import { changedFields, checkUser, USER_DEFAULTS, USER_FIELDS } from "./user-fields.ts";
import {
  type Actor,
  assertKeysFree,
  assertMayChange,
  assertMaySetSuperAdmin,
  assertNotLastSuperAdmin,
  assertUserEtag,
} from "./user-guards.ts";

/**
 * Creates a user, or returns, untouched, the live one that has the external id already.
 * Throws USER_ID_TAKEN, EMAIL_TAKEN; PERMISSION_DENIED if one who is no super admin makes one.
 */
export async function createUser(
  tx: AccountTransaction,
  actor: Actor,
  { id, ...input }: UserInput,
): Promise<{ user: User; created: boolean }> {
  assertMaySetSuperAdmin(actor, false, input.superAdmin);
  const values = { ...USER_DEFAULTS, ...checkUser(input) };
  assertVerification(values, tx.now());
  const existing = await findByExternalId(tx, values.externalId);
  return existing === undefined
    ? { user: await insertUser(tx, values, id), created: true }
    : { user: existing, created: false };
}

/**
 * Creates the user or replaces the one with the same id or, when no id is given, the same external id. What is absent
 * goes back to its default, except `status`, `superAdmin` and the verification of the same address of an existing user, which stay.
 * Throws PERMISSION_DENIED, USER_ID_TAKEN (of a deleted user), EMAIL_TAKEN, EXTERNAL_ID_TAKEN, ETAG_MISMATCH, LAST_SUPER_ADMIN.
 */
export async function upsertUser(
  tx: AccountTransaction,
  actor: Actor,
  { id, ...input }: UserInput,
  etag: string,
): Promise<{ user: User; created: boolean }> {
  const values = checkUser(input);
  if (id === undefined && values.externalId == null) {
    throw invalidField("user.id", "an id or an external_id is required");
  }
  const before = id === undefined ? await findByExternalId(tx, values.externalId ?? null) : await tx.users.find(id);
  if (before === undefined) {
    assertMaySetSuperAdmin(actor, false, values.superAdmin);
    if (etag !== "") {
      throw etagMismatch("User", undefined);
    }
    const complete = { ...USER_DEFAULTS, ...values };
    assertVerification(complete, tx.now());
    return { user: await insertUser(tx, complete, id), created: true };
  }
  if (before.deleteTime !== null) {
    throw taken("USER_ID_TAKEN", before.id);
  }
  const { status, superAdmin } = before;
  const after = withVerification(before, { ...USER_DEFAULTS, status, superAdmin, ...values }, values);
  const user = await changeUser(tx, actor, before, after, etag);
  return { user, created: false };
}

/**
 * Changes the given values of a live user; all or nothing, and nothing at all if they are what they were.
 * Throws USER_NOT_FOUND, ETAG_MISMATCH, EMAIL_TAKEN, EXTERNAL_ID_TAKEN, LAST_SUPER_ADMIN.
 */
export async function updateUser(
  tx: AccountTransaction,
  actor: Actor,
  id: string,
  input: Partial<UserValues>,
  options: { readonly metadataUpdate: MetadataUpdate; readonly etag: string },
): Promise<User> {
  const values = checkUser(input);
  const before = await getLiveUser(tx, id);
  const metadata = mergeMetadata(before.metadata, values.metadata, options.metadataUpdate);
  checkUser({ metadata });
  const after = withVerification(before, { ...before, ...values, metadata }, values);
  return changeUser(tx, actor, before, after, options.etag);
}

/** Sets the status of a live user. Throws USER_NOT_FOUND, ETAG_MISMATCH, LAST_SUPER_ADMIN. */
export async function setUserStatus(
  tx: AccountTransaction,
  actor: Actor,
  id: string,
  status: UserStatus,
  etag: string,
): Promise<User> {
  const before = await getLiveUser(tx, id);
  return changeUser(tx, actor, before, { ...before, status }, etag);
}

/** Adds a user whose values are checked and complete. Throws USER_ID_TAKEN, EMAIL_TAKEN, EXTERNAL_ID_TAKEN. */
export async function insertUser(tx: AccountTransaction, values: UserValues, id?: string): Promise<User> {
  if (id !== undefined && (await tx.users.find(id)) !== undefined) {
    throw taken("USER_ID_TAKEN", id);
  }
  await assertMetadataRule(tx, values.metadata);
  await assertKeysFree(tx, values);
  const user: NewUser = { ...values, id: id ?? tx.newId("U"), createTime: tx.now() };
  return tx.users.insert(user);
}

async function changeUser(
  tx: AccountTransaction,
  actor: Actor,
  before: User,
  values: UserValues,
  etag: string,
): Promise<User> {
  assertMayChange(actor, before);
  assertMaySetSuperAdmin(actor, before.superAdmin, values.superAdmin);
  assertUserEtag(before, etag);
  if (values.status === "INVITED" && before.status !== "INVITED") {
    throw invalidField("user.status", "an existing user can't become invited");
  }
  const changed = changedFields(before, values);
  if (changed.length === 0) {
    return before;
  }
  if (actor.role === "SELF") {
    assertOwnChange(tx.account, before, values);
  }
  const now = tx.now();
  assertVerification(values, now, before.emailVerifyTime);
  // One that broke the rule before it was made is left alone until its metadata changes.
  if (changed.includes(USER_FIELDS.metadata.name)) {
    await assertMetadataRule(tx, values.metadata);
  }
  await assertKeysFree(tx, values, before.id);
  if (!values.superAdmin || values.status !== "ACTIVE") {
    await assertNotLastSuperAdmin(tx, before);
  }
  if (values.status === "SUSPENDED") {
    tx.sessions.endOpenLater(before.id, now);
  }
  return tx.users.update(before, { ...before, ...values, updateTime: now });
}
