import { notFound } from "../errors.ts";
import type { AccountView } from "../store/account-view.ts";
import type { Store } from "../store/store.ts";
import type { UserData } from "../store/user-data.ts";
import type { User } from "./user.ts";

/** What is kept of a user at one moment. */
export interface UserDataMoment extends UserData {
  /** The account's revision then. */
  readonly revision: number;
  /** Of the last entry of the account's audit log then. */
  readonly auditSequence: number;
}

/** Throws USER_NOT_FOUND. */
export function readUserData(store: Store, accountId: string, userId: string): Promise<UserDataMoment> {
  return store.scan(accountId, async ({ account, userData }) => {
    const found = await userData.find(userId);
    if (found === undefined) {
      throw notFound("User", userId);
    }
    return { ...found, revision: account.revision, auditSequence: account.auditSequence };
  });
}

/**
 * More of the same moment: what is only ever added to can be read later. Throws USER_NOT_FOUND if the user has been purged since, also if
 * there is another one of that id.
 */
export function readMoreUserData<T>(
  store: Store,
  { accountId, id, createTime }: Pick<User, "accountId" | "id" | "createTime">,
  read: (data: AccountView["userData"]) => Promise<T>,
): Promise<T> {
  return store.scan(accountId, async ({ users, userData }) => {
    if ((await users.find(id))?.createTime !== createTime) {
      throw notFound("User", id);
    }
    return read(userData);
  });
}
