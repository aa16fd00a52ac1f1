import type { Insertable } from "kysely";
import type { Engine } from "../../src/db/engine.ts";
import type {
  AccountsTable,
  ApiKeysTable,
  AuditEntriesTable,
  SessionsTable,
  UserRow,
  UsersTable,
} from "../../src/db/schema.ts";
import { toUser } from "../../src/db/users/user-row.ts";
import { toUserWords } from "../../src/db/users/user-words.ts";

const ACCOUNTS = ["a0", "a1", "a2", "a3", "a4"];
const COUNT = 20_000;
const BATCH = 500;
const TENANTS = 2_000;

/** Somebody of account `a1`, neither first nor last in any order. */
export const MIDDLE = userAt(10_001);

/**
 * Writes users as they are met with: some values tie, some are absent, times go up, and a few are deleted. Each has a session, a key and an audit entry.
 * There are 2000 accounts more without users.
 */
export async function fillWithUsers({ writer: db, words, rowsPerInsert }: Engine): Promise<void> {
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
  for (let first = 0; first < TENANTS; first += BATCH) {
    const tenants = Array.from({ length: BATCH }, (_, place) => tenantAt(first + place));
    await db.insertInto("accounts").values(tenants).execute();
  }
  for (let first = 0; first < COUNT; first += BATCH) {
    const users = Array.from({ length: BATCH }, (_, place) => userAt(first + place));
    await db.insertInto("users").values(users).execute();
    await db.transaction().execute((tx) => words.insert(tx, users.map(toUser).map(toUserWords), rowsPerInsert));
    await db.insertInto("sessions").values(users.map(sessionOf)).execute();
    await db.insertInto("api_keys").values(users.map(keyOf)).execute();
    await db
      .insertInto("audit_entries")
      .values(users.map((user, place) => entryOf(user, first + place)))
      .execute();
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
    email_verify_time: null,
    email_verify_key: null,
  } satisfies Insertable<UsersTable> & UserRow;
}

function tenantAt(n: number): Insertable<AccountsTable> {
  const id = `t${String(n).padStart(4, "0")}`;
  const times = { create_time: n, update_time: n };
  return {
    account_id: id,
    name: `tenant ${n}`,
    slug: `tenant-${n}`,
    status: "ACTIVE",
    metadata: "{}",
    version: 1,
    ...times,
  };
}

function keyOf({ account_id, id, create_time }: Insertable<UsersTable>): Insertable<ApiKeysTable> {
  const rates = { rate_per_second: null, rate_burst: null };
  const times = { create_time, expire_time: null, last_use_time: null, revoke_time: null };
  const secret = { digest: Buffer.alloc(32), previous_digest: null, previous_expire_time: null };
  return {
    account_id,
    id,
    user_id: id,
    display_name: "Key",
    role: "READER",
    require_nonce: 0,
    ...secret,
    ...rates,
    ...times,
  };
}

/** What the user has done to itself. */
function entryOf({ account_id, id, create_time }: Insertable<UsersTable>, sequence: number): Insertable<AuditEntriesTable> {
  const caller = { method: null, caller_account_id: null, caller_user_id: id, api_key_id: null, address: null };
  const about = { action: "UPDATED", resource: "USER", resource_id: id, user_id: id, changed_fields: '["about"]' } as const;
  const rest = { token_issuer: null, token_subject: null, request_id: null, count: 1, refusal: null };
  return { account_id, sequence, time: create_time, outcome: "DONE", ...caller, ...about, ...rest };
}

function sessionOf({ account_id, id, create_time }: Insertable<UsersTable>): Insertable<SessionsTable> {
  const times = { create_time, update_time: create_time, end_time: null };
  return { account_id, id, user_id: id, external_id: null, metadata: "{}", version: 1, ...times };
}
