import type { Erased } from "../../directory/store/users.ts";
import { keysOf } from "../../directory/values/records.ts";
import type { Queryable } from "../query/queryable.ts";
import { type DeletedTable, deleteUserRows, findUserInData, USER_DATA } from "./user-data.ts";

/** Deletes the user's row, and every row and value of other tables that is about the user; but for audit logs. */
export async function eraseUser(
  db: Queryable,
  accountId: string,
  userId: string,
): Promise<Omit<Erased, "auditEntries" | "pseudonym">> {
  const user = await findUserInData(db, accountId, userId);
  // Tables before those that they refer to.
  const counts: Record<DeletedTable, number> = {
    changes: 0,
    sessions: 0,
    nonces: 0,
    certificate_names: 0,
    api_keys: 0,
    users: 0,
  };
  for (const table of keysOf(counts)) {
    counts[table] = await deleteUserRows(db, table, user);
  }
  const answers = await db
    .updateTable("answers")
    .set({ response: null })
    .where(USER_DATA.answers.where(user))
    .executeTakeFirstOrThrow();
  const { sessions, changes, api_keys: apiKeys } = counts;
  return { sessions, changes, apiKeys, answers: Number(answers.numUpdatedRows) };
}
