import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { secretKeyId } from "./directory/keys/api-key.ts";
import type { MetadataPath } from "./directory/lists/filter.ts";
import { DAY, HOUR, type Micros, SECOND } from "./directory/values/clock.ts";
import type { JsonValue } from "./directory/values/json.ts";
import { metadataProblem } from "./directory/values/metadata.ts";
import { LOG_LEVELS, type LogLevel } from "./log.ts";

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where a server listens. */
export interface Addresses {
  readonly http: Address;
  readonly grpc: Address | undefined;
}

export interface Config {
  readonly databaseUrl: string;
  readonly databasePoolSize: number;
  readonly databaseTimeoutMs: number;
  readonly databaseWaitMs: number;
  readonly httpAddress: Address;
  readonly grpcAddress: Address | undefined;
  readonly metricsAddress: Address | undefined;
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly bootstrapKey: string | undefined;
  readonly issuersFile: string | undefined;
  readonly corsOrigins: readonly string[];
  readonly maxMessageBytes: number;
  readonly changeRetention: Micros;
  readonly indexedMetadata: readonly MetadataPath[];
  readonly maxStreams: number;
  readonly drainTimeoutMs: number;
  readonly workers: number;
  readonly logLevel: LogLevel;
}

/** How the text of a setting becomes its value. Throws `Wrong`, which says what would be right. */
interface Setting<T> {
  readonly variable: string;
  readonly fallback: string;
  readonly description: string;
  /** Never shown. */
  readonly secret?: boolean;
  readonly parse: (text: string) => T;
}

/** A value is wrong; the message says what would be right. */
export class Wrong extends Error {}

/** Every setting, once: the environment, the flags, `--help` and docs/settings.md come from here. */
export const SETTINGS = {
  databaseUrl: {
    variable: "ROSTER_DATABASE_URL",
    fallback: "sqlite:data/roster.db",
    description: "where the directory is kept: sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    parse: parseDatabaseUrl,
  },
  databasePoolSize: {
    variable: "ROSTER_DATABASE_POOL_SIZE",
    fallback: "10",
    description: "PostgreSQL connections for writes, and as many for reads",
    parse: (text: string) => parseInteger(text, 1, 1000),
  },
  databaseTimeoutMs: {
    variable: "ROSTER_DATABASE_TIMEOUT",
    fallback: "30s",
    description: "how long a PostgreSQL statement may take: 30s, 2m",
    parse: parseTimeout,
  },
  databaseWaitMs: {
    variable: "ROSTER_DATABASE_WAIT",
    fallback: "30s",
    description: "how long to wait at start for a PostgreSQL that can't be reached: 30s, 5m",
    parse: parseTimeout,
  },
  httpAddress: {
    variable: "ROSTER_HTTP_ADDRESS",
    fallback: "127.0.0.1:8080",
    description: "HOST:PORT of the HTTP port: Connect, gRPC-Web and gRPC; port 0 takes any free one",
    parse: parseAddress,
  },
  grpcAddress: {
    variable: "ROSTER_GRPC_ADDRESS",
    fallback: "127.0.0.1:50051",
    description: "HOST:PORT of the gRPC port, the fast lane for services; off for none",
    parse: (text: string) => (text === "off" ? undefined : parseAddress(text)),
  },
  metricsAddress: {
    variable: "ROSTER_METRICS_ADDRESS",
    fallback: "",
    description: "HOST:PORT of a port for Prometheus, which needs no key; none when empty",
    parse: parseAddress,
  },
  tlsCertificate: {
    variable: "ROSTER_TLS_CERTIFICATE",
    fallback: "",
    description: "file of the TLS certificate chain, PEM; with ROSTER_TLS_KEY",
    parse: (path: string) => parsePem(path, "a certificate", (pem) => new X509Certificate(pem)),
  },
  tlsKey: {
    variable: "ROSTER_TLS_KEY",
    fallback: "",
    description: "file of the TLS private key, PEM; with ROSTER_TLS_CERTIFICATE",
    parse: (path: string) => parsePem(path, "a private key", createPrivateKey),
  },
  bootstrapKey: {
    variable: "ROSTER_BOOTSTRAP_KEY",
    fallback: "",
    description: "secret of the first ADMIN key, used on the first start only; made up when empty",
    secret: true,
    parse: parseSecret,
  },
  issuersFile: {
    variable: "ROSTER_ISSUERS",
    fallback: "",
    description: "file of the identity providers whose tokens are taken, JSON (docs/tokens.md); none when empty",
    parse: (path: string) => path,
  },
  corsOrigins: {
    variable: "ROSTER_CORS_ORIGINS",
    fallback: "",
    description: "origins whose pages may call, separated by commas: https://app.example.com",
    parse: parseOrigins,
  },
  maxMessageBytes: {
    variable: "ROSTER_MAX_MESSAGE_BYTES",
    fallback: "16777216",
    description: "the largest request message taken, in bytes, after decompression",
    parse: (text: string) => parseInteger(text, 1024, 2 ** 31 - 1),
  },
  changeRetention: {
    variable: "ROSTER_CHANGE_RETENTION",
    fallback: "7d",
    description: "how long the change history reaches back, and with it exports and watches can be resumed: 12h, 7d",
    parse: parseDuration,
  },
  indexedMetadata: {
    variable: "ROSTER_INDEXED_METADATA",
    fallback: "",
    description: "metadata of users that lists are often filtered by, at most 8 places: plan,team.id",
    parse: parseMetadataPaths,
  },
  maxStreams: {
    variable: "ROSTER_MAX_STREAMS",
    fallback: "10000",
    description: "how many exports and watches may be open on one server at a time",
    parse: (text: string) => parseInteger(text, 1, 1_000_000),
  },
  drainTimeoutMs: {
    variable: "ROSTER_DRAIN_TIMEOUT",
    fallback: "30s",
    description: "how long calls under way may take to end after SIGTERM: 30s, 2m",
    parse: parseTimeout,
  },
  workers: {
    variable: "ROSTER_WORKERS",
    fallback: "1",
    description: "how many processes serve the ports, 1 to 64, or all: as many as there are cores",
    parse: parseWorkers,
  },
  logLevel: {
    variable: "ROSTER_LOG_LEVEL",
    fallback: "info",
    description: `what is logged, to standard error: ${LOG_LEVELS.join(", ")}`,
    parse: parseLogLevel,
  },
} satisfies Record<string, Setting<unknown>>;

/** One or more settings are wrong. The message names each, its value, and what would be right. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** The flag of a setting: `--http-address` for ROSTER_HTTP_ADDRESS. */
export function flagOf(variable: string): string {
  return `--${variable
    .replace(/^ROSTER_/, "")
    .toLowerCase()
    .replaceAll("_", "-")}`;
}

/** Reads the settings. Throws a ConfigError that names every wrong one. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const read = <T>({ variable, fallback, secret, parse }: Setting<T>): T | undefined => {
    const text = env[variable] || fallback;
    try {
      return text === "" ? undefined : parse(text);
    } catch (error) {
      if (!(error instanceof Wrong)) {
        throw error;
      }
      problems.push(`${variable}=${secret ? "(hidden)" : withoutPassword(text)}: ${error.message}`);
      return undefined;
    }
  };
  const certificate = read(SETTINGS.tlsCertificate);
  const key = read(SETTINGS.tlsKey);
  if (!env["ROSTER_TLS_CERTIFICATE"] !== !env["ROSTER_TLS_KEY"]) {
    problems.push("ROSTER_TLS_CERTIFICATE and ROSTER_TLS_KEY: set both or neither");
  }
  if (certificate && key && !new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) {
    problems.push("ROSTER_TLS_CERTIFICATE and ROSTER_TLS_KEY: the key is not that of the certificate");
  }
  const config = {
    databaseUrl: read(SETTINGS.databaseUrl),
    databasePoolSize: read(SETTINGS.databasePoolSize),
    databaseTimeoutMs: read(SETTINGS.databaseTimeoutMs),
    databaseWaitMs: read(SETTINGS.databaseWaitMs),
    httpAddress: read(SETTINGS.httpAddress),
    grpcAddress: read(SETTINGS.grpcAddress),
    metricsAddress: read(SETTINGS.metricsAddress),
    tls: certificate && key ? { certificate, key } : undefined,
    bootstrapKey: read(SETTINGS.bootstrapKey),
    issuersFile: read(SETTINGS.issuersFile),
    corsOrigins: read(SETTINGS.corsOrigins) ?? [],
    maxMessageBytes: read(SETTINGS.maxMessageBytes),
    changeRetention: read(SETTINGS.changeRetention),
    indexedMetadata: read(SETTINGS.indexedMetadata) ?? [],
    maxStreams: read(SETTINGS.maxStreams),
    drainTimeoutMs: read(SETTINGS.drainTimeoutMs),
    workers: read(SETTINGS.workers),
    logLevel: read(SETTINGS.logLevel),
  };
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  // Settings with a fallback have a value now.
  return config as Config;
}

/** The text, fit to be shown: the password of a URL is left out. */
export function withoutPassword(text: string): string {
  return text.replace(/^(\w+:\/\/[^:/@]*):.*@/, "$1:***@").replace(/([?&]password=)[^&]*/g, "$1***");
}

function parseDatabaseUrl(text: string): string {
  if (!/^sqlite:.+/.test(text) && !(/^postgres(ql)?:/.test(text) && URL.canParse(text))) {
    throw new Wrong("must be sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE, for example sqlite:data/roster.db");
  }
  return text;
}

function parseAddress(text: string): Address {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw new Wrong("must be HOST:PORT, for example 127.0.0.1:8080 or [::]:8080");
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

function parsePem(path: string, kind: string, check: (pem: string) => unknown): string {
  try {
    const pem = readFileSync(path, "utf8");
    check(pem);
    return pem;
  } catch (error) {
    throw new Wrong(`must be a file with ${kind} in PEM (${error instanceof Error ? error.message : String(error)})`);
  }
}

function parseSecret(text: string): string {
  if (secretKeyId(text) === undefined) {
    throw new Wrong("must be roster_, K and 26 Crockford base32 characters, _, and 43 base64url characters");
  }
  return text;
}

function parseOrigins(text: string): string[] {
  const origins = text.split(",").map((origin) => origin.trim());
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new Wrong(`${JSON.stringify(origin)} must be an origin, for example https://app.example.com`);
    }
  }
  return origins;
}

const MAX_INDEXED_METADATA = 8;

/** Places in metadata, as their keys: `plan,team.id`. Throws `Wrong`. */
function parseMetadataPaths(text: string): MetadataPath[] {
  const paths = text.split(",").map((path) => path.split(".").map((key) => key.trim()));
  for (const [first = "", ...rest] of paths) {
    const problem = metadataProblem({ [first]: rest.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), null) });
    if (problem !== undefined) {
      const path = JSON.stringify([first, ...rest].join("."));
      throw new Wrong(`${path} must be keys of metadata, joined by dots, for example team.id: metadata ${problem}`);
    }
  }
  if (paths.length > MAX_INDEXED_METADATA) {
    throw new Wrong(`must be at most ${MAX_INDEXED_METADATA} places, since each slows every write of a user`);
  }
  if (new Set(paths.map((path) => path.join("."))).size < paths.length) {
    throw new Wrong("must name each place once");
  }
  return paths;
}

function parseInteger(text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new Wrong(`must be a whole number from ${min} to ${max}`);
  }
  return value;
}

const MAX_WORKERS = 64;

function parseWorkers(text: string): number {
  if (text === "all") {
    return Math.min(availableParallelism(), MAX_WORKERS);
  }
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > MAX_WORKERS) {
    throw new Wrong(`must be a whole number from 1 to ${MAX_WORKERS}, or all`);
  }
  return Number(text);
}

const UNITS: Readonly<Record<string, Micros>> = { s: SECOND, m: 60 * SECOND, h: HOUR, d: DAY };

/** `30s`, `12h`, `7d`. Throws `Wrong`. */
export function parseDuration(text: string): Micros {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new Wrong("must be a whole number and a unit of s, m, h or d, for example 30s, 12h or 7d");
  }
  return Number(count) * (UNITS[unit] ?? 0);
}

// A timer of Node that is set for longer goes off at once.
const MAX_TIMEOUT = 24 * DAY;

/** In milliseconds. */
function parseTimeout(text: string): number {
  const duration = parseDuration(text);
  if (duration > MAX_TIMEOUT) {
    throw new Wrong("must be at most 24d");
  }
  return duration / 1000;
}

function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((candidate) => candidate === text);
  if (level === undefined) {
    throw new Wrong(`must be one of ${LOG_LEVELS.join(", ")}`);
  }
  return level;
}
