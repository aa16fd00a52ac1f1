import type { Insertable, Kysely } from "kysely";
import type { AccountsTable, Schema, SessionsTable, UsersTable } from "../../src/db/schema.ts";

const ACCOUNTS = ["a0", "a1", "a2", "a3", "a4"];
const COUNT = 20_000;
const BATCH = 500;

/** Somebody of account `a1`, neither first nor last in any order. */
export const MIDDLE = userAt(10_001);

/** Writes users as they are met with: some values tie, some are absent, times go up, and a few are deleted. Each has a session. */
export async function fillWithUsers(db: Kysely<Schema>): Promise<void> {
  const times = { create_time: 1, update_time: 1 };
  const accounts = ACCOUNTS.map(
    (id): Insertable<AccountsTable> => ({
      account_id: id,
      name: id,
      slug: id,
      status: "ACTIVE",
      metadata: "{}",
      version: 1,
      ...times,
    }),
  );
  await db.insertInto("accounts").values(accounts).execute();
  for (let first = 0; first < COUNT; first += BATCH) {
    const users = Array.from({ length: BATCH }, (_, place) => userAt(first + place));
    await db.insertInto("users").values(users).execute();
    await db.insertInto("sessions").values(users.map(sessionOf)).execute();
  }
}

function userAt(n: number) {
  // Goes through all numbers once, in no order.
  const shuffled = (n * 7_919) % COUNT;
  const tied = String(shuffled % 500).padStart(3, "0");
  const nameless = n % 5 === 4;
  return {
    account_id: `a${n % ACCOUNTS.length}`,
    id: `u${String(shuffled).padStart(5, "0")}`,
    external_id: n % 3 === 0 ? null : `crm/${n}`,
    email: n % 3 === 0 ? null : `${n}@Example.com`,
    email_key: n % 3 === 0 ? null : `${n}@example.com`,
    name: nameless ? null : `name ${tied}`,
    display_name: nameless ? null : `display name ${tied}`,
    about: "",
    project: n % 4 === 0 ? null : `project_${shuffled % 50}`,
    metadata: JSON.stringify({ plan: ["free", "pro", "team"][shuffled % 3], team: { id: shuffled % 700 } }),
    status: n % 100 === 1 ? "SUSPENDED" : n % 7 === 0 ? "INVITED" : "ACTIVE",
    super_admin: 0,
    create_time: 1_000 + Math.floor(n / 15),
    update_time: 1_000 + ((n * 31) % COUNT),
    delete_time: n % 50 === 0 ? 5 : null,
    version: 1,
    revision: 1,
  } satisfies Insertable<UsersTable>;
}

function sessionOf({ account_id, id, create_time }: Insertable<UsersTable>): Insertable<SessionsTable> {
  const times = { create_time, update_time: create_time, end_time: null };
  return { account_id, id, user_id: id, external_id: null, metadata: "{}", version: 1, ...times };
}
