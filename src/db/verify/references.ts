import { type RawBuilder, sql } from "kysely";
import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import { storedJson } from "../query/stored-json.ts";
import { TABLES } from "../schema.ts";
import type { Check } from "./check.ts";
import type { Rule } from "./findings.ts";

const LIMIT = 1_000;

/** Rows that belong to something, and whether it is there. */
export async function verifyReferences(check: Check): Promise<void> {
  for (const table of TABLES.filter((name) => name !== "accounts")) {
    const gone = sql`not exists (select 1 from accounts where accounts.account_id = ${sql.ref(`${table}.account_id`)})`;
    await tell(check, "references", sql`select account_id, '' as id from ${sql.table(table)} where ${gone}`, () => {
      return `${table} has a row of the account, which is not there`;
    });
  }
  for (const [table, parent, column] of REFERENCES) {
    const there = sql`select 1 from ${sql.table(parent)} where ${sql.ref(`${parent}.account_id`)} = ${sql.ref(`${table}.account_id`)}
      and ${sql.ref(`${parent}.id`)} = ${sql.ref(`${table}.${column}`)}`;
    await tell(
      check,
      "references",
      sql`select account_id, ${sql.ref(column)} as id from ${sql.table(table)} where not exists (${there})`,
      (id) => `${table} has a row whose ${column} ${id} is not there`,
    );
  }
  await verifySlugs(check);
  await verifyCertificateNames(check);
}

const REFERENCES = [
  ["api_keys", "users", "user_id"],
  ["sessions", "users", "user_id"],
  ["nonces", "api_keys", "key_id"],
] as const;

async function verifySlugs(check: Check): Promise<void> {
  await tell(
    check,
    "accounts",
    sql`select account_id, slug as id from accounts where not exists (select 1 from slugs
      where slugs.account_id = ${DEFAULT_ACCOUNT} and slugs.slug = accounts.slug and slugs.owner_id = accounts.account_id)`,
    (slug) => `its slug ${slug} is not registered as its own`,
  );
  await tell(
    check,
    "accounts",
    sql`select owner_id as account_id, slug as id from slugs where not exists (select 1 from accounts
      where accounts.account_id = slugs.owner_id and accounts.slug = slugs.slug)`,
    (slug) => `the slug ${slug} is registered as its own, and is not`,
  );
}

/** Names of keys that are not revoked, on both sides. */
async function verifyCertificateNames({ db, findings }: Check): Promise<void> {
  const keys = await db
    .selectFrom("api_keys")
    .select(["account_id", "id", "certificate_names"])
    .where("revoke_time", "is", null)
    .where("certificate_names", "!=", "[]")
    .execute();
  const held = new Set(
    keys.flatMap((key) => storedJson<string[]>(key.certificate_names).map((name) => nameOf(key.account_id, key.id, name))),
  );
  for (const { name, owner_id, key_id } of await db
    .selectFrom("certificate_names")
    .select(["name", "owner_id", "key_id"])
    .execute()) {
    if (!held.delete(nameOf(owner_id, key_id, name))) {
      findings.add(
        "accounts",
        owner_id,
        `the certificate name ${name} is registered for key ${key_id}, which does not hold it`,
      );
    }
  }
  for (const name of held) {
    findings.add("accounts", null, `a key holds a certificate name that is not registered: ${name}`);
  }
}

function nameOf(accountId: string, keyId: string, name: string): string {
  return JSON.stringify([accountId, keyId, name]);
}

async function tell(
  { db, findings }: Check,
  rule: Rule,
  select: RawBuilder<unknown>,
  what: (id: string) => string,
): Promise<void> {
  const { rows } = await sql<{ account_id: string; id: string }>`${select} limit ${LIMIT}`.execute(db);
  for (const { account_id, id } of rows) findings.add(rule, account_id, what(JSON.stringify(id)));
}
