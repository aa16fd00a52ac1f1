import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { dashboardQueries, expectFilled, PATIENTLY, REPLICAS_ROW } from "../monitoring/dashboard.ts";
import { makeLoad } from "../monitoring/load.ts";
import { LONG } from "../support/bounds.ts";
import { testFolder } from "../support/folder.ts";
import { METRICS, metricsUrlOf } from "../support/metrics.ts";
import { spawnServer } from "../support/process.ts";
import { requirePrometheus, startPrometheus } from "../support/prometheus.ts";
import { spawnWithWorkers } from "../workers/workers.ts";

/** What is zero while all is well. */
const ZERO_IS_WELL = new Set([
  "Calls that fail by our fault",
  "Long lists",
  "Watches: the one furthest behind",
  "Writes that wait",
  "Transactions run again",
  "PostgreSQL: waiting for a connection",
  "SQLite: write-ahead log",
  "Time of the last pruning",
  "Pruning runs",
  "Rows pruned",
  "Migrations, and what searches do not find yet",
  "Garbage collection",
  "Starts",
]);

/** How many servers have been asked twice. */
const ASKED = 'count(sum_over_time(up{job="roster"}[1m]) >= 2)';

test(
  "no panel of the dashboard is empty, but those of replicas, when Prometheus watches a server on SQLite, with workers, and one on PostgreSQL",
  LONG,
  async (context) => {
    requirePrometheus(context);
    expect(inject("postgres")).toBeDefined();
    const folder = testFolder();
    const env = { ...METRICS, ROSTER_DRAIN_TIMEOUT: "1s" };
    const onSqlite = { ROSTER_DATABASE_URL: `sqlite:${join(folder, "roster.db")}`, ROSTER_BOOTSTRAP_KEY: "" };
    const servers = await Promise.all([
      spawnWithWorkers(folder, 2, { ...env, ...onSqlite }),
      spawnServer(testFolder(), { env }),
    ]);
    onTestFinished(async () => {
      await Promise.all(servers.map((server) => server.end("SIGTERM")));
    }, LONG.timeout);
    const prometheus = await startPrometheus(servers.map((server) => new URL(metricsUrlOf(server)).host));
    await expect.poll(() => prometheus.query(ASKED), PATIENTLY).toMatchObject([{ value: servers.length }]);

    await Promise.all(servers.map(makeLoad));
    const [worker] = servers[0].workers().values();
    process.kill(worker ?? expect.fail("no worker has served"), "SIGKILL");
    const queries = dashboardQueries().filter(({ row }) => row !== REPLICAS_ROW);
    await expectFilled(prometheus, queries, ZERO_IS_WELL);
  },
);
