import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Prometheus } from "../support/prometheus.ts";

/** On a busy machine Prometheus misses some of its turns. */
export const PATIENTLY = { timeout: 40_000, interval: 200 };
/** Its panels are empty where there are no replicas. */
export const REPLICAS_ROW = "Read replicas";

export interface PanelQuery {
  /** Of the panel's row. */
  readonly row: string;
  readonly title: string;
  readonly query: string;
}

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly targets?: ReadonlyArray<{ readonly expr: string }>;
}

/** The queries of Grafana's dashboard as Prometheus gets them, over the last minute and of all servers. */
export function dashboardQueries(): PanelQuery[] {
  const file = join(import.meta.dirname, "../../deploy/grafana/roster.json");
  const { panels } = JSON.parse(readFileSync(file, "utf8")) as { readonly panels: readonly Panel[] };
  return panels.flatMap(({ type, title, targets = [] }, place) => {
    const row = panels.slice(0, place).findLast((panel) => panel.type === "row")?.title ?? "";
    return type === "row" ? [] : targets.map(({ expr }) => ({ row, title, query: filledIn(expr) }));
  });
}

/** Waits until each panel shows something that is more than nothing; of those in `zeroIsWell`, something. */
export async function expectFilled(
  prometheus: Prometheus,
  queries: readonly PanelQuery[],
  zeroIsWell: ReadonlySet<string>,
): Promise<void> {
  for (const { title, query } of queries) {
    const shown = async () => (await prometheus.query(query)).filter(({ value }) => !Number.isNaN(value));
    await expect
      .poll(async () => Math.max(...(await shown()).map(({ value }) => value)), {
        ...PATIENTLY,
        message: `${title}: ${query}`,
      })
      .toBeGreaterThanOrEqual(zeroIsWell.has(title) ? 0 : Number.MIN_VALUE);
  }
}

function filledIn(expression: string): string {
  return expression.replaceAll("$job", "roster").replaceAll("$instance", ".*").replaceAll("$__rate_interval", "1m");
}
