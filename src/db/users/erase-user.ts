import { sql } from "kysely";
import type { Erased } from "../../directory/store/users.ts";
import { toNamedKey } from "../keys/api-key-row.ts";
import type { CertificateNames } from "../keys/certificate-names.ts";
import type { Transaction } from "../query/queryable.ts";

/** Deletes the user's row, and every row and value of other tables that is about the user. */
export async function eraseUser(
  db: Transaction,
  accountId: string,
  userId: string,
  names: CertificateNames,
): Promise<Omit<Erased, "auditEntries" | "pseudonym">> {
  const changes = await db.deleteFrom("changes").where(isOf(accountId, userId)).executeTakeFirstOrThrow();
  const sessions = await db.deleteFrom("sessions").where(isOf(accountId, userId)).executeTakeFirstOrThrow();
  await db
    .deleteFrom("nonces")
    .where("account_id", "=", accountId)
    .where("key_id", "in", db.selectFrom("api_keys").select("id").where(isOf(accountId, userId)))
    .execute();
  const apiKeys = await db
    .deleteFrom("api_keys")
    .where(isOf(accountId, userId))
    .returning(["id", "certificate_names"])
    .execute();
  await names.release(apiKeys.map(toNamedKey));
  const answers = await db
    .updateTable("answers")
    .set({ response: null })
    .where(isOf(accountId, userId))
    .where("response", "is not", null)
    .executeTakeFirstOrThrow();
  await db.deleteFrom("users").where("account_id", "=", accountId).where("id", "=", userId).execute();
  return {
    sessions: Number(sessions.numDeletedRows),
    changes: Number(changes.numDeletedRows),
    apiKeys: apiKeys.length,
    answers: Number(answers.numUpdatedRows),
  };
}

function isOf(accountId: string, userId: string) {
  return sql<boolean>`${sql.ref("account_id")} = ${accountId} and ${sql.ref("user_id")} = ${userId}`;
}
