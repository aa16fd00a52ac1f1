import { onTestFinished, test } from "vitest";
import { dashboardQueries, expectFilled, REPLICAS_ROW } from "../../monitoring/dashboard.ts";
import { servicesOf } from "../../rpc/services.ts";
import { LONG } from "../../support/bounds.ts";
import { testFolder } from "../../support/folder.ts";
import { METRICS, metricsUrlOf } from "../../support/metrics.ts";
import { spawnServer } from "../../support/process.ts";
import { requirePrometheus, startPrometheus } from "../../support/prometheus.ts";
import type { Pair } from "./pair.ts";

export function dashboard(pair: Pair): void {
  test("the dashboard shows whether replicas are read, how far they are behind, and who answers", LONG, async (context) => {
    requirePrometheus(context);
    const { url, replicaUrl, secret } = pair.directory;
    const env = { ...METRICS, ROSTER_DATABASE_URL: url, ROSTER_DATABASE_REPLICA_URL: replicaUrl, ROSTER_BOOTSTRAP_KEY: "" };
    const server = await spawnServer(testFolder(), { env });
    onTestFinished(async () => {
      await server.end("SIGTERM");
    });
    const prometheus = await startPrometheus([new URL(metricsUrlOf(server)).host]);
    const reading = { ends: false };
    const reads = (async () => {
      while (!reading.ends) await servicesOf(server.url, secret).users().listUsers({ pageSize: 1 });
    })();
    const queries = dashboardQueries().filter(({ row }) => row === REPLICAS_ROW);
    await expectFilled(prometheus, queries, new Set(["Behind the primary"])).finally(() => {
      reading.ends = true;
    });
    await reads;
  });
}
