import type { AccountView } from "../../directory/store/account-view.ts";
import type { FoundUser, UserEncoder, UserKey } from "../../directory/store/users.ts";
import { foldKey } from "../../directory/users/user.ts";
import type { Queryable } from "../query/queryable.ts";
import { validEncoding } from "./encoded-users.ts";
import { FIND_LIVE_ENCODED } from "./user-statements.ts";

/** In one query, if the user is live and its stored encoding valid. Undefined says nothing: `findInView` may find it. */
export async function findEncoded(
  db: Queryable,
  accountId: string,
  user: UserKey,
  encoder: UserEncoder,
): Promise<FoundUser | undefined> {
  if (mayBeDeleted(user)) {
    return undefined;
  }
  const key = foldKey(user.kind, user.key);
  const row = await FIND_LIVE_ENCODED[user.kind].executeTakeFirst(db, { accountId, key });
  const encoded = row && validEncoding(row, encoder);
  return encoded && { encoded, revision: row.account_revision ?? 0 };
}

export async function findInView({ account, users }: AccountView, key: UserKey): Promise<FoundUser | undefined> {
  const user = mayBeDeleted(key) ? await users.find(key.key) : (await users.findLive(key.kind, [key.key]))[0];
  return user && { encoded: users.encode(user), revision: account.revision };
}

function mayBeDeleted({ kind, showDeleted = false }: UserKey): boolean {
  return showDeleted && kind === "id";
}
