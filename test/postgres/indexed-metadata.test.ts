import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { openTestAccount } from "../support/account.ts";
import { openTestEngine } from "../support/engine.ts";
import { reopenTestStore } from "../support/store.ts";

test("an index that was broken off in the making is made anew at the next start", async () => {
  const { url } = await openTestAccount({ indexedMetadata: [["plan"]] });
  const engine = openTestEngine(url);
  onTestFinished(() => engine.close());
  // As a server leaves it that is killed meanwhile.
  await sql`update pg_index set indisvalid = false where indexrelid in (${ours})`.execute(engine.writer);
  const broken = await state();
  expect(broken).toEqual([{ oid: expect.any(Number), indisvalid: false }]);
  await (await reopenTestStore(url, { indexedMetadata: [["plan"]] })).close();
  expect(await state()).toEqual([{ oid: expect.any(Number), indisvalid: true }]);
  expect(await state()).not.toEqual(broken);

  async function state() {
    const { rows } = await sql<{ oid: number; indisvalid: boolean }>`
      select indexrelid::int as oid, indisvalid from pg_index where indexrelid in (${ours})
    `.execute(engine.writer);
    return rows;
  }
});

const ours = sql`select oid from pg_class where starts_with(relname::text, 'users_of_metadata_')`;
