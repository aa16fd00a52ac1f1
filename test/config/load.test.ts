import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { withoutSecrets } from "../../src/config/error.ts";
import { loadConfig } from "../../src/config/load.ts";
import { flagOf, SETTINGS } from "../../src/config/settings.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { DAY, HOUR } from "../../src/directory/values/clock.ts";
import { createIdSource } from "../../src/directory/values/id.ts";
import { problemsOf } from "./problems.ts";

test("nothing needs to be set", () => {
  expect(loadConfig({})).toMatchObject({
    databaseUrl: "sqlite:data/roster.db",
    httpAddress: { host: "127.0.0.1", port: 8080 },
    grpcAddress: { host: "127.0.0.1", port: 50_051 },
    metricsAddress: undefined,
    tls: undefined,
    bootstrapKey: undefined,
    corsOrigins: [],
    maxMessageBytes: 16 * 1024 * 1024,
    changeRetention: 7 * DAY,
    auditRetention: 90 * DAY,
    indexedMetadata: [],
    drainTimeoutMs: 30_000,
    workers: 1,
    logLevel: "info",
  });
});

test("an empty setting is as good as none", () => {
  const empty = Object.fromEntries(Object.values(SETTINGS).map(({ variable }) => [variable, ""]));
  expect(loadConfig(empty)).toEqual(loadConfig({}));
});

test("other variables are none of its business", () => {
  expect(loadConfig({ PATH: "/bin", HTTP_ADDRESS: "nowhere" })).toEqual(loadConfig({}));
});

describe("reads", () => {
  test.each([
    ["ROSTER_HTTP_ADDRESS", "0.0.0.0:0", { httpAddress: { host: "0.0.0.0", port: 0 } }],
    ["ROSTER_HTTP_ADDRESS", "[::]:65535", { httpAddress: { host: "::", port: 65_535 } }],
    ["ROSTER_HTTP_ADDRESS", "localhost:80", { httpAddress: { host: "localhost", port: 80 } }],
    ["ROSTER_GRPC_ADDRESS", "0.0.0.0:0", { grpcAddress: { host: "0.0.0.0", port: 0 } }],
    ["ROSTER_GRPC_ADDRESS", "off", { grpcAddress: undefined }],
    ["ROSTER_CONSOLE", "off", { console: false }],
    ["ROSTER_METRICS_ADDRESS", "127.0.0.1:9090", { metricsAddress: { host: "127.0.0.1", port: 9090 } }],
    ["ROSTER_DATABASE_URL", "sqlite:/var/lib/roster.db", { databaseUrl: "sqlite:/var/lib/roster.db" }],
    [
      "ROSTER_CORS_ORIGINS",
      "https://a.example, http://localhost:5173",
      { corsOrigins: ["https://a.example", "http://localhost:5173"] },
    ],
    ["ROSTER_MAX_MESSAGE_BYTES", "1024", { maxMessageBytes: 1024 }],
    ["ROSTER_CHANGE_RETENTION", "12h", { changeRetention: 12 * HOUR }],
    ["ROSTER_AUDIT_RETENTION", "400d", { auditRetention: 400 * DAY }],
    [
      "ROSTER_INDEXED_METADATA",
      "plan, team.id,any key.ключ-1,__proto__",
      { indexedMetadata: [["plan"], ["team", "id"], ["any key", "ключ-1"], ["__proto__"]] },
    ],
    ["ROSTER_INDEXED_METADATA", Array(16).fill("k").join("."), { indexedMetadata: [Array(16).fill("k")] }],
    ["ROSTER_DATABASE_REPLICA_URL", "", { databaseReplicaUrls: [] }],
    ["ROSTER_DRAIN_TIMEOUT", "2m", { drainTimeoutMs: 120_000 }],
    ["ROSTER_DRAIN_TIMEOUT", "24d", { drainTimeoutMs: 24 * 86_400_000 }],
    ["ROSTER_WORKERS", "64", { workers: 64 }],
    ["ROSTER_WORKERS", "all", { workers: Math.min(availableParallelism(), 64) }],
    ["ROSTER_LOG_LEVEL", "silent", { logLevel: "silent" }],
  ])("%s=%s", (variable, text, expected) => {
    expect(loadConfig({ [variable]: text })).toMatchObject(expected);
  });

  test.each([
    ["postgres://u:p,w@a/r", ["postgres://u:p,w@a/r"]],
    ["postgres://a/r,postgresql://b:5433/r?sslmode=require", ["postgres://a/r", "postgresql://b:5433/r?sslmode=require"]],
    [" postgres://a/r\n postgres://b/r,\npostgres://c/r \n", ["postgres://a/r", "postgres://b/r", "postgres://c/r"]],
  ])("replicas: %j", (text, databaseReplicaUrls) => {
    const env = { ROSTER_DATABASE_URL: "postgres://primary/r", ROSTER_DATABASE_REPLICA_URL: text };
    expect(loadConfig(env)).toMatchObject({ databaseReplicaUrls });
  });

  test("a key for the first start", () => {
    const secret = mintSecret(createIdSource()("K"));
    expect(loadConfig({ ROSTER_BOOTSTRAP_KEY: secret }).bootstrapKey).toBe(secret);
  });
});

describe("refuses, naming setting, value and what would be right,", () => {
  test.each([
    ["ROSTER_DATABASE_URL", "roster.db", "must be sqlite:PATH"],
    ["ROSTER_DATABASE_URL", "sqlite:", "must be sqlite:PATH"],
    ["ROSTER_DATABASE_REPLICA_URL", "sqlite:copy.db", "must be postgres://"],
    ["ROSTER_DATABASE_REPLICA_URL", "postgres:///r", "must be postgres://"],
    ["ROSTER_DATABASE_REPLICA_URL", "postgres://a/r,b/r", "must be postgres://"],
    ["ROSTER_HTTP_ADDRESS", "8080", "must be HOST:PORT"],
    ["ROSTER_HTTP_ADDRESS", "localhost:65536", "must be HOST:PORT"],
    ["ROSTER_HTTP_ADDRESS", "localhost:-1", "must be HOST:PORT"],
    ["ROSTER_HTTP_ADDRESS", "off", "must be HOST:PORT"],
    ["ROSTER_GRPC_ADDRESS", "none", "must be HOST:PORT"],
    ["ROSTER_METRICS_ADDRESS", "9090", "must be HOST:PORT"],
    ["ROSTER_CORS_ORIGINS", "*", "must be an origin"],
    ["ROSTER_CORS_ORIGINS", "https://a.example/", "must be an origin"],
    ["ROSTER_CORS_ORIGINS", "https://a.example,,https://b.example", "must be an origin"],
    ["ROSTER_MAX_MESSAGE_BYTES", "1023", "must be a whole number from 1024"],
    ["ROSTER_MAX_MESSAGE_BYTES", "16MB", "must be a whole number from 1024"],
    ["ROSTER_MAX_MESSAGE_BYTES", "1e6", "must be a whole number from 1024"],
    ["ROSTER_CHANGE_RETENTION", "0d", "must be a whole number and a unit"],
    ["ROSTER_CHANGE_RETENTION", "7", "must be a whole number and a unit"],
    ["ROSTER_INDEXED_METADATA", "plan,,team", "must be keys of metadata, joined by dots"],
    ["ROSTER_INDEXED_METADATA", "team.", "the keys in /team must have 1 to 255 characters"],
    ["ROSTER_INDEXED_METADATA", Array(17).fill("k").join("."), "at most 16 levels deep"],
    ["ROSTER_INDEXED_METADATA", "k".repeat(256), "1 to 255 characters"],
    ["ROSTER_INDEXED_METADATA", "a,b,c,d,e,f,g,h,i", "must be at most 8 places"],
    ["ROSTER_INDEXED_METADATA", "plan,team.id,plan", "must name each place once"],
    ["ROSTER_DRAIN_TIMEOUT", "1.5s", "must be a whole number and a unit"],
    ["ROSTER_DRAIN_TIMEOUT", "25d", "must be at most 24d"],
    ["ROSTER_WORKERS", "0", "must be a whole number from 1 to 64, or all"],
    ["ROSTER_WORKERS", "65", "must be a whole number from 1 to 64, or all"],
    ["ROSTER_WORKERS", "auto", "must be a whole number from 1 to 64, or all"],
    ["ROSTER_LOG_LEVEL", "INFO", "must be one of debug, info"],
    ["ROSTER_TLS_CERTIFICATE", "/nowhere.pem", "must be a file with a certificate in PEM"],
  ])("%s=%s", (variable, text, expected) => {
    expect(problemsOf({ [variable]: text })).toContainEqual(expect.stringContaining(`${variable}=${text}: `));
    expect(problemsOf({ [variable]: text }).join()).toContain(expected);
  });

  test("all at once", () => {
    const problems = problemsOf({ ROSTER_HTTP_ADDRESS: "x", ROSTER_LOG_LEVEL: "y", ROSTER_DRAIN_TIMEOUT: "z" });
    expect(problems).toHaveLength(3);
  });

  test("but never the value of a secret", () => {
    expect(problemsOf({ ROSTER_BOOTSTRAP_KEY: "hunter2" })).toEqual([
      expect.stringContaining("ROSTER_BOOTSTRAP_KEY=(hidden): "),
    ]);
    expect(problemsOf({ ROSTER_DATABASE_URL: "mysql://me:hun@ter2@host/db" }).join()).not.toMatch(/hun|ter2/);
  });
});

test("a replica needs a PostgreSQL", () => {
  expect(problemsOf({ ROSTER_DATABASE_REPLICA_URL: "postgres://u:secret@a/r" })).toEqual([
    "ROSTER_DATABASE_REPLICA_URL: needs a PostgreSQL in ROSTER_DATABASE_URL",
  ]);
});

test("a secret is left out of a text that is shown, and nothing else is", () => {
  expect(withoutSecrets("postgres://me:secret@host:5432/db?x=1")).toBe("postgres://me:***@host:5432/db?x=1");
  expect(withoutSecrets("postgres://host/db?user=me&password=secret&x=1")).toBe(
    "postgres://host/db?user=me&password=***&x=1",
  );
  expect(withoutSecrets("postgres://host/db,mysql://me:secret@host/db")).toBe("postgres://host/db,mysql://me:***@host/db");
  expect(withoutSecrets("postgres://me@host/db")).toBe("postgres://me@host/db");
  expect(withoutSecrets("sqlite:data/roster.db")).toBe("sqlite:data/roster.db");
  const secret = mintSecret(createIdSource()("K"));
  expect(withoutSecrets(`/run/${secret}`)).toBe(`/run/${secret.slice(0, -43)}***`);
});

test("each setting has a flag of its own", () => {
  const flags = Object.values(SETTINGS).map(({ variable }) => flagOf(variable));
  expect(new Set(flags).size).toBe(flags.length);
  expect(flagOf("ROSTER_HTTP_ADDRESS")).toBe("--http-address");
});
