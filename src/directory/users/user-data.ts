import { notFound } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { UserDataReader } from "../store/user-data.ts";
import type { User } from "./user.ts";

/** A moment at which a user is looked at. */
export interface UserDataMoment {
  readonly user: User;
  /** The account's revision then. */
  readonly revision: number;
  /** Of the last entry of the account's audit log then. */
  readonly auditSequence: number;
}

/** Lets `read` read what can be something else a moment later. Throws USER_NOT_FOUND. */
export function readUserData(
  store: Store,
  accountId: string,
  userId: string,
  read: (data: UserDataReader, userId: string) => Promise<void>,
): Promise<UserDataMoment> {
  return store.scan(accountId, async ({ account, users, userData }) => {
    const user = await users.find(userId);
    if (user === undefined) {
      throw notFound("User", userId);
    }
    await read(userData, userId);
    return { user, revision: account.revision, auditSequence: account.auditSequence };
  });
}

/**
 * More of the same moment: what is only ever added to can be read later. Throws USER_NOT_FOUND if the user has been purged since, also if
 * there is another one of that id.
 */
export function readMoreUserData<T>(
  store: Store,
  { accountId, id, createTime }: Pick<User, "accountId" | "id" | "createTime">,
  read: (data: UserDataReader) => Promise<T>,
): Promise<T> {
  return store.scan(accountId, async ({ users, userData }) => {
    if ((await users.find(id))?.createTime !== createTime) {
      throw notFound("User", id);
    }
    return read(userData);
  });
}
