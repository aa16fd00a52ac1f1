import { sql } from "kysely";
import { Migrator } from "kysely/migration";
import type { Engine } from "../engine.ts";
import { databaseTooNew } from "../problem.ts";
import type { Queryable } from "../query/queryable.ts";
import { initial } from "./0001-initial.ts";
import { accountsAndSessions } from "./0002-accounts-and-sessions.ts";
import { lists } from "./0003-lists.ts";
import { userImages } from "./0004-user-images.ts";
import { ownUsers } from "./0005-own-users.ts";
import { rateLimits } from "./0006-rate-limits.ts";
import { certificateNames } from "./0007-certificate-names.ts";
import { search } from "./0008-search.ts";
import { audit } from "./0009-audit.ts";
import { metadataSchemas } from "./0010-metadata-schemas.ts";
import { moreLists } from "./0011-more-lists.ts";
import { emailVerification } from "./0012-email-verification.ts";

/** In the order they run. One that has been released is never edited. */
const MIGRATIONS = {
  "0001-initial": initial,
  "0002-accounts-and-sessions": accountsAndSessions,
  "0003-lists": lists,
  "0004-user-images": userImages,
  "0005-own-users": ownUsers,
  "0006-rate-limits": rateLimits,
  "0007-certificate-names": certificateNames,
  "0008-search": search,
  "0009-audit": audit,
  "0010-metadata-schemas": metadataSchemas,
  "0011-more-lists": moreLists,
  "0012-email-verification": emailVerification,
};

/** Brings the database up to date, under a lock: of several servers that start at once, one does it. Returns what was run. */
export async function migrate(engine: Engine): Promise<string[]> {
  if (await isUpToDate(engine)) {
    return [];
  }
  const { error, results } = await migrator(engine).migrateToLatest();
  if (error === undefined) {
    return (results ?? []).map(({ migrationName }) => migrationName);
  }
  const { unknown } = compare(await appliedMigrations(engine));
  throw unknown.length > 0 ? databaseTooNew(unknown) : error;
}

/** The migrations that a start would run. Runs none. */
export async function pendingMigrations(engine: Engine): Promise<string[]> {
  const { pending, unknown } = compare(await appliedMigrations(engine));
  if (unknown.length > 0) {
    throw databaseTooNew(unknown);
  }
  return pending;
}

/** One statement where the migrator reads the whole catalogue: most starts find nothing to do. What goes wrong here, the migrator meets again. */
async function isUpToDate(engine: Engine): Promise<boolean> {
  const { pending, unknown } = compare(await selectApplied(engine.maintenance).catch(() => []));
  return pending.length === 0 && unknown.length === 0;
}

/** How a database that has been opened differs from what this version makes of one: somebody has replaced it, or a newer server runs. */
export async function compareMigrations(db: Queryable) {
  const { pending, unknown } = compare(await selectApplied(db));
  return { pendingMigrations: pending.length, unknownMigrations: unknown.length };
}

/** What a database has not had that this version knows, and what it has had that this version does not know. */
function compare(applied: readonly string[]) {
  return {
    pending: Object.keys(MIGRATIONS).filter((name) => !applied.includes(name)),
    unknown: applied.filter((name) => !Object.hasOwn(MIGRATIONS, name)),
  };
}

function migrator(engine: Engine): Migrator {
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, create]) => [name, create(engine.types, engine.words)]),
  );
  return new Migrator({ db: engine.maintenance, provider: { getMigrations: async () => migrations } });
}

async function appliedMigrations(engine: Engine): Promise<string[]> {
  const tables = await engine.writer.introspection.getTables({ withInternalKyselyTables: true });
  return tables.some(({ name }) => name === "kysely_migration") ? selectApplied(engine.maintenance) : [];
}

/** Throws if no migration has run yet. */
async function selectApplied(db: Queryable): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}
