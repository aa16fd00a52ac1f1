import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import type { UserEncoder } from "../../directory/store/users.ts";
import { listAccountIds } from "../accounts/account-statements.ts";
import { countActiveSuperAdmins } from "../accounts/super-admins.ts";
import { Database } from "../database.ts";
import type { Engine } from "../engine.ts";
import { pendingMigrations } from "../migrations/migrate.ts";
import { withEngine } from "../open-engine.ts";
import { DatabaseTooOld } from "../problem.ts";
import type { Queryable } from "../query/queryable.ts";
import { type Table, untyped } from "../query/untyped-tables.ts";
import { TABLES } from "../schema.ts";
import { verifyAccount } from "./account.ts";
import { verifyAudit } from "./audit.ts";
import type { Check } from "./check.ts";
import { Findings, type Problem } from "./findings.ts";
import { verifyKeys } from "./keys.ts";
import { verifyReferences } from "./references.ts";
import { verifyRevisions } from "./revisions.ts";
import { verifyStorage } from "./storage.ts";
import { verifyUsers } from "./users.ts";

/** What was looked at, and what is wrong with it. */
export interface Verification {
  readonly rows: { readonly [T in Table]: number };
  /** All of them; of many of a kind some are told. */
  readonly problemCount: number;
  readonly problems: readonly Problem[];
  /** What could not be checked, and what to do about it. */
  readonly notes: readonly string[];
}

/** It reads everything: no statement of it is given up. */
const LIMITS = { poolSize: 1, statementTimeoutMs: 0 };

/**
 * Checks every invariant of a database, at one moment, while servers go on. Writes nothing. Throws a DatabaseProblem if the database
 * can't be read, or is of another version.
 */
export function verifyDatabase(url: string, encoder: UserEncoder): Promise<Verification> {
  return withEngine(url, (engine) => verifyEngine(engine, encoder), { mustExist: true, readOnly: true, limits: LIMITS });
}

async function verifyEngine(engine: Engine, encoder: UserEncoder): Promise<Verification> {
  const pending = await pendingMigrations(engine);
  if (pending.length > 0) {
    throw new DatabaseTooOld(pending);
  }
  return new Database(engine).snapshot("reader", (db) => verifyMoment({ db, engine, encoder }));
}

/** As `verifyDatabase`, of what a transaction sees. */
export async function verifyMoment(given: Omit<Check, "findings">): Promise<Verification> {
  const findings = new Findings();
  const check: Check = { ...given, findings };
  await verifyStorage(check);
  await verifyKeys(check);
  await verifyReferences(check);
  await verifyAccounts(check);
  const { problems, notes, count: problemCount } = findings;
  return { rows: await countRows(check.db), problemCount, problems, notes };
}

async function verifyAccounts(check: Check): Promise<void> {
  const { db, findings } = check;
  const ids = await listAccountIds(db, "", Number.MAX_SAFE_INTEGER);
  if (ids.length > 0) {
    if (!ids.includes(DEFAULT_ACCOUNT)) findings.add("accounts", DEFAULT_ACCOUNT, "the account is missing");
    if ((await countActiveSuperAdmins(db, null)) === 0) findings.add("accounts", null, "there is no active super admin");
  }
  for (const id of ids) {
    const account = await verifyAccount(check, id);
    const history = await verifyRevisions(check, account);
    const auditStart = await verifyAudit(check, account, history);
    await verifyUsers(check, account, { historyStart: history.start, auditStart });
  }
}

async function countRows(db: Queryable): Promise<Verification["rows"]> {
  const counts = new Map<Table, number>();
  for (const table of TABLES) {
    const rows = untyped(db).selectFrom(table);
    const { count } = await rows.select((row) => row.fn.countAll<number>().as("count")).executeTakeFirstOrThrow();
    counts.set(table, count);
  }
  return Object.fromEntries(counts) as Verification["rows"];
}
