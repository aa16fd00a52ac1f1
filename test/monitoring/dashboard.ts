import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface PanelQuery {
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
  return panels
    .filter(({ type }) => type !== "row")
    .flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, query: filledIn(expr) })));
}

function filledIn(expression: string): string {
  return expression.replaceAll("$job", "roster").replaceAll("$instance", ".*").replaceAll("$__rate_interval", "1m");
}
