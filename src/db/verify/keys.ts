import { sql } from "kysely";
import type { Check } from "./check.ts";

/** What unique indexes promise, asked of the tables: an index that is damaged can't vouch for itself. */
export async function verifyKeys({ db, engine, findings }: Check): Promise<void> {
  await engine.examination.withoutIndexes(db, async () => {
    for (const { table, columns, where, what } of UNIQUE) {
      const key = sql.join(columns.map((column) => sql.ref(column)));
      const { rows } = await sql<{ account_id: string; key: string }>`
        select account_id, ${sql.ref(columns.at(-1) ?? "")} as key from ${sql.table(table)}
        where ${sql.raw(where)} group by ${key} having count(*) > 1 limit ${LIMIT}`.execute(db);
      for (const { account_id, key: taken } of rows) {
        findings.add("keys", account_id, `several ${what} have ${columns.at(-1)} ${JSON.stringify(taken)}`);
      }
    }
  });
}

const LIMIT = 1_000;

const UNIQUE = [
  { table: "users", columns: ["account_id", "id"], where: "1 = 1", what: "users" },
  {
    table: "users",
    columns: ["account_id", "external_id"],
    where: "delete_time is null and external_id is not null",
    what: "live users",
  },
  {
    table: "users",
    columns: ["account_id", "email_key"],
    where: "delete_time is null and email_key is not null",
    what: "live users",
  },
  {
    table: "sessions",
    columns: ["account_id", "user_id", "external_id"],
    where: "end_time is null and external_id is not null",
    what: "open sessions of a user",
  },
  { table: "sessions", columns: ["account_id", "id"], where: "1 = 1", what: "sessions" },
  { table: "api_keys", columns: ["account_id", "id"], where: "1 = 1", what: "keys" },
] as const;
