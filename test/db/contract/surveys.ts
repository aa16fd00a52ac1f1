import { sql } from "kysely";
import { expect, test } from "vitest";
import { DAY } from "../../../src/directory/values/clock.ts";
import { Meter } from "../../../src/metrics/meter.ts";
import { createTestAccount, openTestAccount } from "../../support/account.ts";
import { openTestEngine } from "../../support/engine.ts";
import { metered } from "../../support/metrics.ts";

export function surveys(): void {
  test("a survey tells of all accounts how much history there is and how far it reaches back", async () => {
    const time = { now: 1_700_000_000_000_000 };
    const account = await openTestAccount({ clock: () => (time.now += 1) });
    const { store } = account;
    expect(await store.survey()).toMatchObject({ accounts: 1, historyRevisions: 0, historyFloorTime: null });
    const other = await createTestAccount(store, "other");
    const start = time.now;
    await account.insert();
    time.now += DAY;
    await account.insert();
    await other.insert();
    const before = await store.survey();
    expect(before).toMatchObject({ accounts: 2, historyRevisions: 3, unsearchableRevisions: 0 });
    expect(before.historyFloorTime).toBeGreaterThan(start);
    expect(before.historyFloorTime).toBeLessThan(start + DAY);
    await store.prune({ changes: start + DAY, answers: 0, audit: 0 });
    const after = await store.survey();
    expect(after).toMatchObject({ accounts: 2, historyRevisions: 2 });
    expect(after.historyFloorTime).toBeGreaterThan(start + DAY);
  });

  test("a survey tells what the database takes, and how its migrations differ from those of this version", async () => {
    const { store, url } = await openTestAccount();
    const survey = await store.survey();
    expect(survey).toMatchObject({ pendingMigrations: 0, unknownMigrations: 0 });
    expect(survey.databaseBytes + (survey.logBytes ?? 0)).toBeGreaterThan(100_000);
    const ofSqlite = store.engine === "sqlite" ? expect.any(Number) : null;
    expect(survey).toMatchObject({ logBytes: ofSqlite, freeBytes: ofSqlite });

    const { writer, close } = openTestEngine(url);
    await sql`insert into kysely_migration (name, timestamp) values ('9998-newer', ''), ('9999-newest', '')`.execute(writer);
    await sql`update kysely_migration set name = 'not-initial' where name = '0001-initial'`.execute(writer);
    const differing = await store.survey();
    // The next test may get this database.
    await sql`delete from kysely_migration where name like '999%'`.execute(writer);
    await sql`update kysely_migration set name = '0001-initial' where name = 'not-initial'`.execute(writer);
    await close();
    expect(differing).toMatchObject({ pendingMigrations: 1, unknownMigrations: 3 });
  });

  test("writes, the groups that they commit in, and what pruning deletes are counted", async () => {
    const time = { now: 1_700_000_000_000_000 };
    const meter = new Meter();
    const account = await openTestAccount({ clock: () => (time.now += 1), meter });
    const groups = async () => (await metered(meter, "roster_commit_group_size")) ?? 0;
    const waits = async () => (await metered(meter, "roster_commit_queue_wait_seconds")) ?? 0;
    const transactions = async () => (await metered(meter, "roster_database_write_seconds")) ?? 0;
    const before = { groups: await groups(), waits: await waits(), transactions: await transactions() };
    const inserts = Array.from({ length: 20 }, () => account.insert());
    expect(await metered(meter, "roster_commit_queue_length")).toBeGreaterThan(0);
    await Promise.all(inserts);
    expect(await metered(meter, "roster_commit_queue_length")).toBe(0);
    expect((await waits()) - before.waits).toBe(20);
    const made = (await groups()) - before.groups;
    expect(made).toBeGreaterThan(0);
    expect(made).toBeLessThan(20);
    expect((await transactions()) - before.transactions).toBeGreaterThanOrEqual(made);
    const sizes = (await meter.read()).find(({ name }) => name === "roster_commit_group_size")?.values ?? [];
    const members = sizes.find(({ metricName }) => metricName === "roster_commit_group_size_sum")?.value;
    expect(members).toBe(before.groups + 20);
    await account.store.prune({ changes: time.now + DAY, answers: 0, audit: 0 });
    expect(await metered(meter, "roster_pruned_rows_total", { table: "changes" })).toBe(20);
    expect(await metered(meter, "roster_pruned_rows_total", { table: "audit_entries" })).toBe(0);
  });
}
