import type { Erased } from "../../../directory/store/users.ts";
import { keysOf } from "../../../directory/values/records.ts";
import type { Queryable } from "../../query/queryable.ts";
import { countEach } from "./count-each.ts";
import { type DeletedTable, deleteUserRows, USER_DATA, type UsersInData } from "./user-data.ts";

type ErasedRows = Omit<Erased, "auditEntries" | "pseudonym">;

/** Deletes the users' rows, and every row and value of other tables that is about them; but for audit logs. Returns how much of each. */
export async function eraseUsers(db: Queryable, users: UsersInData): Promise<(userId: string) => ErasedRows> {
  const answers = await countEach(db, users.userIds, [rowsOf("answers", users)], async () => {
    const cleared = db.updateTable("answers").set({ response: null }).where(USER_DATA.answers.where(users));
    return Number((await cleared.executeTakeFirstOrThrow()).numUpdatedRows);
  });
  // Tables before those that they refer to.
  const isCounted: Record<DeletedTable, boolean> = {
    changes: true,
    sessions: true,
    nonces: false,
    certificate_names: false,
    api_keys: true,
    users: false,
  };
  const counts: Partial<Record<DeletedTable, ReadonlyMap<string, number>>> = {};
  for (const table of keysOf(isCounted)) {
    const counted = isCounted[table] ? [rowsOf(table, users)] : [];
    counts[table] = await countEach(db, users.userIds, counted, () => deleteUserRows(db, table, users));
  }
  return (userId) => ({
    sessions: counts.sessions?.get(userId) ?? 0,
    apiKeys: counts.api_keys?.get(userId) ?? 0,
    changes: counts.changes?.get(userId) ?? 0,
    answers: answers.get(userId) ?? 0,
  });
}

function rowsOf(table: "answers" | DeletedTable, users: UsersInData) {
  return { table, column: "user_id", where: USER_DATA[table].where(users) };
}
