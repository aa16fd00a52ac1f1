import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test, vi } from "vitest";
import { openStore } from "../../src/db/open.ts";
import { openSqlite } from "../../src/db/sqlite/engine.ts";
import { KyselyStore } from "../../src/db/store.ts";
import { DAY } from "../../src/directory/values/clock.ts";
import { Meter } from "../../src/metrics/meter.ts";
import { startPruning } from "../../src/server/pruning.ts";
import { createTestAccount } from "../support/account.ts";
import { testFolder } from "../support/folder.ts";
import { collectLog } from "../support/log.ts";
import { createSources } from "../support/sources.ts";

test("pruning that fails is told once, with the cause, and once when it works again", async () => {
  const path = join(testFolder(), "roster.db");
  const sources = createSources();
  await (await openStore(`sqlite:${path}`, sources)).close();
  const store = new KyselyStore(openSqlite(path, { lockTimeoutMs: 10 }), sources);
  onTestFinished(() => store.close());
  await createTestAccount(store, "a");
  const { log, lines } = collectLog();
  const stop = startPruning({
    ...{ store, now: sources.clock, log, meter: new Meter() },
    ...{ changeRetention: DAY, auditRetention: DAY, intervalMs: 20 },
  });
  onTestFinished(stop);

  const other = new Database(path);
  other.exec("begin immediate");
  const failures = new Set<unknown>();
  await vi.waitFor(() => {
    failures.add(store.writeFailure);
    expect(failures.size).toBeGreaterThan(4);
  }, 10_000);
  other.exec("commit");
  other.close();
  await vi.waitFor(() => expect(lines()).toHaveLength(2), 10_000);
  expect(lines()).toMatchObject([
    { level: 50, msg: "pruning failed; it is tried again", cause: "database is locked (SQLITE_BUSY)" },
    { level: 30, msg: "pruning works again" },
  ]);
  expect(lines()[0]).not.toHaveProperty("err");
});
