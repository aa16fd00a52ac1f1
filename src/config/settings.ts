import { createPrivateKey, X509Certificate } from "node:crypto";
import { CALL_LOG_MODES, LOG_FORMATS, LOG_LEVELS } from "../log.ts";
import {
  checkCertificates,
  parseAddress,
  parseCallLogMode,
  parseClientAuth,
  parseDatabaseUrl,
  parseDuration,
  parseInteger,
  parseLogFormat,
  parseLogLevel,
  parseMetadataPaths,
  parseOrigins,
  parsePem,
  parseRateLimit,
  parseReplicaUrls,
  parseSecret,
  parseSwitch,
  parseTimeout,
  parseUserNameRule,
  parseWorkers,
} from "./parse.ts";
import { fileVariable } from "./secret-files.ts";

export interface Setting<T> {
  readonly variable: string;
  /** Parsed when nothing is set; empty: then the setting has no value. */
  readonly fallback: string;
  readonly description: string;
  /** What of its value is never shown. With a secret, the setting may also be given as a file: see secret-files.ts. */
  readonly secret?: "all" | "password";
  /** Throws an InvalidValue. */
  readonly parse: (text: string) => T;
}

/** Every setting, once: the environment, the flags, `--help` and docs/settings.md come from here. */
export const SETTINGS = {
  databaseUrl: {
    variable: "ROSTER_DATABASE_URL",
    fallback: "sqlite:data/roster.db",
    description: "where the directory is kept: sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    secret: "password",
    parse: parseDatabaseUrl,
  },
  databaseReplicaUrls: {
    variable: "ROSTER_DATABASE_REPLICA_URL",
    fallback: "",
    description:
      "standbys of the PostgreSQL that answer reads, separated by commas: postgres://USER:PASSWORD@HOST:PORT/DATABASE,…; none when empty",
    secret: "password",
    parse: parseReplicaUrls,
  },
  databasePoolSize: {
    variable: "ROSTER_DATABASE_POOL_SIZE",
    fallback: "10",
    description: "PostgreSQL connections for writes, and as many for reads, of the primary and of each replica",
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
  tlsClientCa: {
    variable: "ROSTER_TLS_CLIENT_CA",
    fallback: "",
    description: "file of the authorities whose client certificates are taken, PEM (docs/mtls.md); asks clients for one",
    parse: (path: string) => parsePem(path, "certificates", checkCertificates),
  },
  tlsClientAuth: {
    variable: "ROSTER_TLS_CLIENT_AUTH",
    fallback: "",
    description: "whether clients need a certificate: optional, the default with ROSTER_TLS_CLIENT_CA, or required",
    parse: parseClientAuth,
  },
  bootstrapKey: {
    variable: "ROSTER_BOOTSTRAP_KEY",
    fallback: "",
    description: "secret of the first ADMIN key, used on the first start only; made up when empty",
    secret: "all",
    parse: parseSecret,
  },
  issuersFile: {
    variable: "ROSTER_ISSUERS",
    fallback: "",
    description: "file of the identity providers whose tokens are taken, JSON (docs/tokens.md); none when empty",
    parse: (path: string) => path,
  },
  scim: {
    variable: "ROSTER_SCIM",
    fallback: "off",
    description:
      "whether identity providers may push users by SCIM 2.0, at /scim/v2 on the HTTP port: on or off (docs/scim.md)",
    parse: parseSwitch,
  },
  scimUserName: {
    variable: "ROSTER_SCIM_USER_NAME",
    fallback: "external_id",
    description: "the field that holds the userName of SCIM: external_id or email (docs/scim.md)",
    parse: parseUserNameRule,
  },
  console: {
    variable: "ROSTER_CONSOLE",
    fallback: "on",
    description: "whether the console for people is served, at / of the HTTP port: on or off",
    parse: parseSwitch,
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
  auditRetention: {
    variable: "ROSTER_AUDIT_RETENTION",
    fallback: "90d",
    description: "how long the entries of the audit logs are kept: 90d, 400d",
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
  keyRateLimit: {
    variable: "ROSTER_KEY_RATE_LIMIT",
    fallback: "off",
    description:
      "calls a second of each API key that has no limit of its own: 100, or 100:500 with 500 at once after a rest; off for any",
    parse: parseRateLimit,
  },
  tokenRateLimit: {
    variable: "ROSTER_TOKEN_RATE_LIMIT",
    fallback: "off",
    description: "calls a second of each subject with a token: 10, or 10:50; off for any",
    parse: parseRateLimit,
  },
  accountRateLimit: {
    variable: "ROSTER_ACCOUNT_RATE_LIMIT",
    fallback: "off",
    description: "calls a second of all callers of an account together: 1000, or 1000:5000; off for any",
    parse: parseRateLimit,
  },
  authFailureLimit: {
    variable: "ROSTER_AUTH_FAILURE_LIMIT",
    fallback: "10:100",
    description:
      "failed authentications a second that are heard from one address: 10:100; off for any, behind a proxy that hides addresses",
    parse: parseRateLimit,
  },
  maxLongLists: {
    variable: "ROSTER_MAX_LONG_LISTS",
    fallback: "4",
    description: "how many lists that may look at many rows one caller has under way at a time; its others wait",
    parse: (text: string) => parseInteger(text, 1, 1000),
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
  logFormat: {
    variable: "ROSTER_LOG_FORMAT",
    fallback: "auto",
    description: `how the log is written: ${LOG_FORMATS.join(", ")}; auto: pretty on a terminal, JSON elsewhere`,
    parse: parseLogFormat,
  },
  logCalls: {
    variable: "ROSTER_LOG_CALLS",
    fallback: "off",
    description: `which calls are logged, at level info: ${CALL_LOG_MODES.join(", ")}; slow: errors, and unary calls longer than ROSTER_SLOW_CALL`,
    parse: parseCallLogMode,
  },
  slowCallMs: {
    variable: "ROSTER_SLOW_CALL",
    fallback: "1s",
    description: "how long a unary call may take before it counts as slow: 200ms, 1s",
    parse: parseTimeout,
  },
} as const satisfies Record<string, Setting<unknown>>;

/** The value of each setting; undefined where there can be none. */
export type SettingValues = { readonly [Name in keyof typeof SETTINGS]: ValueOf<(typeof SETTINGS)[Name]> };

type ValueOf<S extends Setting<unknown>> = ReturnType<S["parse"]> | (S["fallback"] extends "" ? undefined : never);

/** The variables of a setting: that of its value and, if there is a secret in it, that of a file with it. */
export function variablesOf({ variable, secret }: Pick<Setting<unknown>, "variable" | "secret">): string[] {
  return secret === undefined ? [variable] : [variable, fileVariable(variable)];
}

/** The flag of a setting: `--http-address` for ROSTER_HTTP_ADDRESS. */
export function flagOf(variable: string): string {
  return `--${variable
    .replace(/^ROSTER_/, "")
    .toLowerCase()
    .replaceAll("_", "-")}`;
}
