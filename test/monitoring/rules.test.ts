import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { DEFINITIONS } from "../../src/metrics/definitions.ts";
import { promtool, requirePrometheus } from "../support/prometheus.ts";

const ROOT = join(import.meta.dirname, "../..");
const RULES = join(ROOT, "deploy/prometheus/rules.yml");

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const alerts: readonly Alert[] = parse(readFileSync(RULES, "utf8")).groups.flatMap(
  ({ rules }: { readonly rules: readonly Alert[] }) => rules,
);

test("Prometheus takes the alerts, and each of them fires when it should and not otherwise", async (context) => {
  requirePrometheus(context);
  await promtool("check", "rules", RULES);
  await promtool("check", "config", join(ROOT, "deploy/prometheus/prometheus.yml"));
  await promtool("test", "rules", join(import.meta.dirname, "alerts.yml"));
});

test("each alert has a severity, and a section of the operations manual that says what to do", () => {
  const manual = readFileSync(join(ROOT, "docs/operations.md"), "utf8");
  const tests = readFileSync(join(import.meta.dirname, "alerts.yml"), "utf8");
  expect(alerts.length).toBeGreaterThan(5);
  for (const { alert, labels, annotations } of alerts) {
    expect(["critical", "warning"]).toContain(labels.severity);
    expect(annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    expect(manual).toContain(`\n### ${alert}\n`);
    expect(tests).toContain(`alertname: ${alert}\n`);
  }
});

test("alerts ask for metrics that there are", () => {
  const asked = alerts.flatMap(({ expr }) => expr.match(/\b(roster|grpc_server)_\w+/g) ?? []);
  const names = new Set(asked.map((name) => name.replace(/_(bucket|sum|count)$/, "")));
  expect(names.size).toBeGreaterThan(5);
  expect([...names].filter((name) => !Object.hasOwn(DEFINITIONS, name))).toEqual([]);
});
