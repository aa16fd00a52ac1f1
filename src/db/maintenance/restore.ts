import { chmodSync, constants, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { UserEncoder } from "../../directory/store/users.ts";
import { Database } from "../database.ts";
import type { Engine } from "../engine.ts";
import { migrate } from "../migrations/migrate.ts";
import { migrateDatabase } from "../migrations/migrate-database.ts";
import { withEngine } from "../open-engine.ts";
import { DatabaseProblem, databaseUnusable } from "../problem.ts";
import type { Queryable } from "../query/queryable.ts";
import { type Table, untyped } from "../query/untyped-tables.ts";
import { TABLES } from "../schema.ts";
import { assertSound } from "../sqlite/backup.ts";
import { assertReadable, makeFolder } from "../sqlite/files.ts";
import { type Verification, verifyDatabase } from "../verify/verify-database.ts";
import { copyRows } from "./copy.ts";
import { fillWords } from "./fill-words.ts";
import { assertNothingAt, makeNewFile } from "./new-file.ts";

export interface RestoreOptions {
  readonly encoder: UserEncoder;
  /** Throws if what was found is not good enough: then nothing is restored. */
  readonly assertAcceptable: (verification: Verification) => void;
}

export interface Restored {
  readonly verification: Verification;
  /** The migrations that the backup still needed. */
  readonly migrated: readonly string[];
}

/**
 * Puts a backup where there is no directory: a file that does not exist, or an empty PostgreSQL database. The backup is copied, brought
 * up to date and verified before; the file itself stays as it is. What is restored is there as a whole or not at all. Throws a
 * DatabaseProblem.
 */
export async function restoreDatabase(file: string, url: string, options: RestoreOptions): Promise<Restored> {
  assertBackup(file);
  if (url.startsWith("sqlite:")) {
    const path = url.slice("sqlite:".length);
    assertNothingAt(path);
    makeFolder(dirname(path));
    return makeNewFile(path, (draft) => prepare(file, draft, options));
  }
  await withEngine(url, assertEmptyDatabase, { limits: LIMITS });
  return withFolder(async (folder) => {
    const draft = join(folder, "restore.db");
    const restored = await prepare(file, draft, options);
    await fill(draft, url);
    return restored;
  });
}

const LIMITS = { poolSize: 2, statementTimeoutMs: 0 };

/** A live database has what is newest in its log: a copy of the file alone would lose it. */
function assertBackup(file: string): void {
  const log = [`${file}-wal`, `${file}-journal`].find((path) => existsSync(path) && statSync(path).size > 0);
  if (log !== undefined) {
    throw new DatabaseProblem(
      `${file} is no backup but a database in use, with ${log} beside it; make a backup of it first`,
    );
  }
}

async function prepare(file: string, draft: string, { encoder, assertAcceptable }: RestoreOptions): Promise<Restored> {
  try {
    assertReadable(file);
    copyFileSync(file, draft, constants.COPYFILE_FICLONE);
    chmodSync(draft, 0o600);
    assertSound(draft);
  } catch (error) {
    throw error instanceof DatabaseProblem ? error : databaseUnusable(file, error);
  }
  const url = `sqlite:${draft}`;
  const migrated = await migrateDatabase(url, { citus: false, indexedMetadata: undefined });
  const verification = await verifyDatabase(url, encoder);
  assertAcceptable(verification);
  return { verification, migrated };
}

/** All rows in one transaction: what breaks off leaves the database empty. */
async function fill(draft: string, url: string): Promise<void> {
  await withEngine(`sqlite:${draft}`, (source) =>
    withEngine(
      url,
      async (target) => {
        await migrate(target);
        await target.writer.transaction().execute(async (tx) => {
          await assertEmpty(tx);
          await copyRows(source.reader, { reader: tx, writer: tx });
        });
        await fillWords(new Database(target));
      },
      { limits: LIMITS },
    ),
  );
}

/** It may have no tables yet. */
async function assertEmptyDatabase({ reader }: Engine): Promise<void> {
  const found = new Set((await reader.introspection.getTables()).map(({ name }) => name));
  await assertEmpty(
    reader,
    TABLES.filter((table) => found.has(table)),
  );
}

async function assertEmpty(db: Queryable, tables: readonly Table[] = TABLES): Promise<void> {
  for (const table of tables) {
    if ((await untyped(db).selectFrom(table).select("account_id").limit(1).execute()).length > 0) {
      throw new DatabaseProblem("the database holds a directory already; nothing is ever overwritten: make an empty one");
    }
  }
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "roster-restore-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
