import { sql } from "kysely";
import type { Survey } from "../../directory/store/survey.ts";
import type { Database } from "../database.ts";
import { compareMigrations } from "../migrations/migrate.ts";
import type { Queryable } from "../query/queryable.ts";

/** Looks at every account, at no user. */
export async function survey(database: Database): Promise<Survey> {
  const [accounts, migrations, footprint] = await Promise.all([
    database.scan(surveyAccounts),
    database.scan(compareMigrations),
    database.footprint(),
  ]);
  return { ...accounts, ...migrations, ...footprint };
}

async function surveyAccounts(db: Queryable) {
  const perAccount = db
    .selectFrom("accounts")
    .select((account) => [
      sql<number>`revision - history_floor`.as("kept"),
      sql<number>`revision - words_revision`.as("unsearchable"),
      account
        .selectFrom("changes")
        .select("commit_time")
        .whereRef("changes.account_id", "=", "accounts.account_id")
        .orderBy("changes.revision")
        .orderBy("changes.ordinal")
        .limit(1)
        .as("oldest"),
    ])
    .as("each_account");
  const { accounts, kept, unsearchable, oldest } = await db
    .selectFrom(perAccount)
    .select((each) => [
      each.fn.countAll<number>().as("accounts"),
      sum("kept").as("kept"),
      sum("unsearchable").as("unsearchable"),
      each.fn.min("oldest").as("oldest"),
    ])
    .executeTakeFirstOrThrow();
  return { accounts, historyRevisions: kept, unsearchableRevisions: unsearchable, historyFloorTime: oldest };
}

/** PostgreSQL adds up 64-bit integers to something larger, which drivers hand out as text. */
function sum(column: string) {
  return sql<number>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`;
}
