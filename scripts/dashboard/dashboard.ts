import { CALL_ROWS } from "./call-panels.ts";
import { DATABASE_ROWS } from "./database-panels.ts";
import type { Panel } from "./panel.ts";
import { UPKEEP_ROWS } from "./upkeep-panels.ts";

const ROWS = { ...CALL_ROWS, ...DATABASE_ROWS, ...UPKEEP_ROWS };

const COLUMNS = 24;
const WIDTH = 6;
const HEIGHT = 7;
const DATA_SOURCE = { type: "prometheus", uid: "$datasource" };

/** The dashboard as Grafana imports it. */
export function dashboard(): string {
  return `${JSON.stringify(
    {
      uid: "roster",
      title: "Roster",
      tags: ["roster"],
      timezone: "browser",
      schemaVersion: 39,
      refresh: "30s",
      time: { from: "now-3h", to: "now" },
      templating: { list: VARIABLES },
      panels: panels(),
    },
    null,
    2,
  )}\n`;
}

const VARIABLES = [
  { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" },
  variable("job", "Job", "label_values(roster_build_info, job)", { includeAll: false, multi: false }),
  variable("instance", "Instance", 'label_values(roster_build_info{job="$job"}, instance)', {
    includeAll: true,
    allValue: ".*",
    multi: true,
  }),
];

function variable(name: string, label: string, query: string, options: object) {
  return { name, label, type: "query", datasource: DATA_SOURCE, query, refresh: 2, sort: 1, ...options };
}

function panels() {
  let id = 0;
  let y = 0;
  return Object.entries(ROWS).flatMap(([title, ofRow]) => {
    const row = { id: ++id, type: "row", title, collapsed: false, panels: [], gridPos: { x: 0, y, w: COLUMNS, h: 1 } };
    const top = y + 1;
    y = top + Math.ceil((ofRow.length * WIDTH) / COLUMNS) * HEIGHT;
    return [row, ...ofRow.map((panel, place) => toPanel(panel, ++id, place, top))];
  });
}

function toPanel({ title, description, unit, queries }: Panel, id: number, place: number, top: number) {
  const x = (place * WIDTH) % COLUMNS;
  return {
    id,
    type: "timeseries",
    title,
    ...(description !== undefined && { description }),
    datasource: DATA_SOURCE,
    gridPos: { x, y: top + Math.floor((place * WIDTH) / COLUMNS) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi", sort: "desc" } },
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      datasource: DATA_SOURCE,
      expr,
      legendFormat,
    })),
  };
}
