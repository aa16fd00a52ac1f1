import { invalidField, notFound, RosterError } from "../errors.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import type { Erased, UserKey } from "../store/users.ts";
import type { MetadataUpdate } from "../values/metadata.ts";
import { assertMayPurge, deleteUser } from "./delete-user.ts";
import { findByKey } from "./find-user.ts";
import { Purges } from "./purges.ts";
import { loadKeys, type Row, type TakenRows, takeRows } from "./rows.ts";
import type { User, UserStatus, UserValues } from "./user.ts";
import type { Actor } from "./user-guards.ts";
import { setUserStatus, updateUser } from "./users.ts";

/** A row of a batch: the user that it is about, and which state of it; an empty etag is any. */
export interface BatchRow extends Row {
  readonly key: UserKey;
  readonly etag: string;
}

/** What `updateUser` is to do with the user of the key. */
export interface UpdateRow extends BatchRow {
  /** What the user's id must be, too. */
  readonly id: string | undefined;
  readonly values: Partial<UserValues>;
  readonly metadataUpdate: MetadataUpdate;
}

/** What became of the user of a row that landed. */
export interface Landed {
  /** As the row left it; undefined: there is none, and that is no error. */
  readonly user: User | undefined;
  readonly changed: boolean;
}

/** On whose behalf, and how, all rows of a batch are taken. */
export interface Batch {
  readonly actor: Actor;
  /** The field of the request that has the rows, if all are to land or none: then the first that fails is thrown. */
  readonly atomicList: string | undefined;
}

/** Changes users as `updateUser` does. */
export async function updateUsers(
  tx: AccountTransaction,
  batch: Batch,
  rows: readonly UpdateRow[],
): Promise<TakenRows<Landed>> {
  const values = rows.map((row) => row.values);
  const given = { externalIds: values.map(({ externalId }) => externalId), emails: values.map(({ email }) => email) };
  return takeUsers(tx, batch, rows, given, async (row) => {
    const before = await getByKey(tx, row.key);
    if (row.id !== undefined && row.id !== before.id) {
      throw invalidField("user.id", "is not that of the user with the key");
    }
    return landed(before, await updateUser(tx, batch.actor, before.id, row.values, row));
  });
}

/** Deletes users as `deleteUser` does. */
export async function deleteUsers(
  tx: AccountTransaction,
  batch: Batch,
  rows: readonly BatchRow[],
  allowMissing: boolean,
): Promise<TakenRows<Landed>> {
  return takeUsers(tx, batch, rows, NO_KEYS, async ({ key, etag }) => {
    const before = allowMissing ? await findByKey(tx, key) : await getByKey(tx, key);
    return before === undefined
      ? { user: undefined, changed: false }
      : landed(before, await deleteUser(tx, batch.actor, before.id, { etag }));
  });
}

/** Erases users as `purgeUser` does. */
export async function purgeUsers(
  tx: AccountTransaction,
  batch: Batch,
  rows: readonly BatchRow[],
): Promise<TakenRows<Erased & { readonly userId: string }>> {
  const purges = new Purges(tx);
  const { landed, failures } = await takeUsers(tx, batch, rows, NO_KEYS, async ({ key, etag }) => {
    const user = await getByKey(tx, { ...key, showDeleted: true }, (found) => !purges.isWaiting(found));
    // Whether it is the last one shows once the others are gone.
    if (user.superAdmin) await purges.flush();
    await assertMayPurge(tx, batch.actor, user, etag);
    await purges.add(user);
    return user.id;
  });
  await purges.flush();
  const receipts = landed.flatMap(({ index, result: userId }) => {
    const erased = purges.erased.get(userId);
    return erased === undefined ? [] : [{ index, result: { userId, ...erased } }];
  });
  return { landed: receipts, failures };
}

/** Sets the status of users as `setUserStatus` does. */
export async function setUserStatuses(
  tx: AccountTransaction,
  batch: Batch,
  rows: readonly BatchRow[],
  status: UserStatus,
): Promise<TakenRows<Landed>> {
  return takeUsers(tx, batch, rows, NO_KEYS, async ({ key, etag }) => {
    const before = await getByKey(tx, key);
    return landed(before, await setUserStatus(tx, batch.actor, before.id, status, etag));
  });
}

const NO_KEYS = { externalIds: [], emails: [] };

/** `given`: keys that users are to get. */
async function takeUsers<R extends BatchRow, T>(
  tx: AccountTransaction,
  { atomicList }: Batch,
  rows: readonly R[],
  given: Readonly<Record<"externalIds" | "emails", ReadonlyArray<string | null | undefined>>>,
  take: (row: R) => Promise<T>,
): Promise<TakenRows<T>> {
  const keys = (kind: UserKey["kind"]) => rows.flatMap(({ key }) => (key.kind === kind ? [key.key] : []));
  await loadKeys(tx, {
    ids: keys("id"),
    externalIds: [...keys("externalId"), ...given.externalIds],
    emails: [...keys("email"), ...given.emails],
  });
  return takeRows(rows, take, atomicList);
}

/** Throws USER_NOT_FOUND. Only an id is named in it: another key may be of a user that is deleted, and outlive a purge in the answer. */
async function getByKey(tx: AccountTransaction, key: UserKey, isThere = (_user: User) => true): Promise<User> {
  const user = await findByKey(tx, key);
  if (user === undefined || !isThere(user)) {
    throw key.kind === "id" ? notFound("User", key.key) : new RosterError("USER_NOT_FOUND", "there is no such user");
  }
  return user;
}

function landed(before: User, user: User | undefined): Landed {
  return { user, changed: user !== undefined && user.version !== before.version };
}
