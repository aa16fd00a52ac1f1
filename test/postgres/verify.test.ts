import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import type { Engine } from "../../src/db/engine.ts";
import { verifyMoment } from "../../src/db/verify/verify-database.ts";
import { userEncoder } from "../../src/rpc/users/user-encoder.ts";
import { roster } from "../cli/run.ts";
import { createDatabase } from "../support/database.ts";
import { openTestEngine } from "../support/engine.ts";

async function emptyDatabase(): Promise<{ url: string; engine: Engine }> {
  const { url, remove } = await createDatabase();
  const engine = openTestEngine(url);
  onTestFinished(async () => {
    await sql`drop extension if exists amcheck`.execute(engine.writer);
    await engine.close();
    await remove();
  });
  return { url, engine };
}

test("PostgreSQL's files are examined where amcheck is installed, and it is told where not", async () => {
  const { url, engine } = await emptyDatabase();
  const without = await roster(["verify", "--database-url", url]);
  expect(without).toMatchObject({ code: 0, stderr: "" });
  expect(without.stdout).toMatch(/^note: PostgreSQL's files were not examined: .*create extension amcheck.*\nverified: /m);
  await sql`create extension amcheck`.execute(engine.writer);
  const withIt = await roster(["verify", "--database-url", url]);
  expect(withIt).toMatchObject({ code: 0, stderr: "" });
  expect(withIt.stdout).not.toContain("note:");
});

test("an index that was broken off in the making, or refuses to be checked, is told", async () => {
  const { engine } = await emptyDatabase();
  await sql`create extension amcheck`.execute(engine.writer);
  const undo = new Error("undo");
  const work = engine.writer.transaction().execute(async (db) => {
    await sql`create unique index users_of_metadata_0 on users (id)`.execute(db);
    await sql`update pg_index set indisvalid = false where indexrelid = 'users_of_metadata_0'::regclass`.execute(db);
    const { problems, rows } = await verifyMoment({ db, engine, encoder: userEncoder });
    expect(problems.map(({ rule, what }) => `${rule}: ${what}`)).toEqual([
      expect.stringMatching(/^storage: index users_of_metadata_0: cannot check index .*not valid/),
      expect.stringMatching(/^storage: index users_of_metadata_0 is not valid: it was broken off/),
    ]);
    expect(rows.users).toBe(0);
    throw undo;
  });
  await expect(work).rejects.toBe(undo);
});
