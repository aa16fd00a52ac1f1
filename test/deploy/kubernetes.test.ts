import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Deployment } from "kubernetes-models/apps/v1/Deployment";
import { StatefulSet } from "kubernetes-models/apps/v1/StatefulSet";
import { NetworkPolicy } from "kubernetes-models/networking.k8s.io/v1/NetworkPolicy";
import { PodDisruptionBudget } from "kubernetes-models/policy/v1/PodDisruptionBudget";
import { Service } from "kubernetes-models/v1/Service";
import { expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { SETTINGS } from "../../src/config/settings.ts";
import { ROOT } from "./dockerfile.ts";

const FOLDER = join(ROOT, "deploy/kubernetes");
const FILES = readdirSync(FOLDER);

interface Container {
  readonly name: string;
  readonly args?: readonly string[];
  readonly env?: ReadonlyArray<{ readonly name: string }>;
  readonly ports?: ReadonlyArray<{ readonly name: string; readonly containerPort: number }>;
  readonly volumeMounts?: ReadonlyArray<{ readonly name: string }>;
  readonly securityContext?: object;
  readonly resources?: object;
}

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly template?: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly Container[];
        readonly securityContext?: object;
        readonly volumes?: ReadonlyArray<{ readonly name: string }>;
        readonly terminationGracePeriodSeconds?: number;
      };
    };
    readonly selector?: Readonly<Record<string, string>>;
    readonly ports?: ReadonlyArray<{ readonly targetPort: string }>;
    readonly volumeClaimTemplates?: ReadonlyArray<{ readonly metadata: { readonly name: string } }>;
  };
}

const MODELS: Readonly<Record<string, new (given: Given) => Model>> = {
  "apps/v1 Deployment": Deployment,
  "apps/v1 StatefulSet": StatefulSet,
  "networking.k8s.io/v1 NetworkPolicy": NetworkPolicy,
  "policy/v1 PodDisruptionBudget": PodDisruptionBudget,
  "v1 Service": Service,
};

/** The models would have the types of what they are to check. */
// biome-ignore lint/suspicious/noExplicitAny: that is what is checked here
type Given = any;

interface Model {
  validate(): void;
}

function manifests(file: string): Manifest[] {
  return parseAllDocuments(readFileSync(join(FOLDER, file), "utf8")).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}

test.each(FILES)("%s is what the published schemas of Kubernetes want", async (file) => {
  for (const manifest of manifests(file)) {
    const Kind = MODELS[`${manifest.apiVersion} ${manifest.kind}`] ?? expect.fail(`no schema for ${manifest.kind}`);
    expect(() => new Kind(manifest).validate()).not.toThrow();
    const wrong = {
      ...manifest,
      spec: { ...manifest.spec, [manifest.kind === "Service" ? "ports" : "selector"]: 1, podSelector: 1 },
    };
    expect(() => new Kind(wrong).validate()).toThrow();
  }
});

test.each(FILES)("in %s services find the pods and their ports, and mounts their volumes", (file) => {
  const all = manifests(file);
  const [workload] = all.flatMap(({ spec: { template, volumeClaimTemplates } }) =>
    template === undefined ? [] : [{ template, claims: volumeClaimTemplates ?? [] }],
  );
  const { template, claims } = workload ?? expect.fail("nothing runs");
  const { containers, volumes = [], terminationGracePeriodSeconds = 30 } = template.spec;
  const ports = containers.flatMap((container) => container.ports ?? []);
  for (const { spec } of all.filter(({ kind }) => kind === "Service")) {
    expect(template.metadata.labels).toMatchObject(spec.selector ?? {});
    for (const { targetPort } of spec.ports ?? []) expect(ports.map(({ name }) => name)).toContain(targetPort);
  }
  expect(Object.fromEntries(ports.map(({ name, containerPort }) => [name, containerPort]))).toEqual({
    http: 8080,
    grpc: 50051,
    metrics: 9464,
  });
  const known = [...volumes.map(({ name }) => name), ...claims.map(({ metadata }) => metadata.name)];
  for (const { volumeMounts = [] } of containers) for (const { name } of volumeMounts) expect(known).toContain(name);
  expect(terminationGracePeriodSeconds).toBeGreaterThan(Number.parseInt(SETTINGS.drainTimeoutMs.fallback, 10));
});

test.each(FILES)("in %s nothing runs as root, with rights or without bounds, and settings exist", (file) => {
  const variables = new Set(Object.values(SETTINGS).flatMap(({ variable }) => [variable, `${variable}_FILE`]));
  for (const { spec } of manifests(file)) {
    if (spec.template === undefined) continue;
    expect(spec.template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000 });
    for (const { securityContext, resources, env = [] } of spec.template.spec.containers) {
      expect(securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ["ALL"] },
      });
      expect(resources).toMatchObject({ requests: expect.anything(), limits: expect.anything() });
      for (const { name } of env) expect(variables).toContain(name);
    }
  }
});
