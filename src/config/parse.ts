import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { secretKeyId } from "../directory/keys/api-key.ts";
import type { RateLimit } from "../directory/limits/token-bucket.ts";
import type { MetadataPath } from "../directory/lists/filter.ts";
import { messageOf } from "../directory/values/cause.ts";
import { DAY, HOUR, type Micros, SECOND } from "../directory/values/clock.ts";
import type { JsonValue } from "../directory/values/json.ts";
import { metadataProblem } from "../directory/values/metadata.ts";
import { CALL_LOG_MODES, type CallLogMode, LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "../log.ts";
import type { Address } from "./address.ts";

/** What every parser here throws. The message says what would be right: "must be …". */
export class InvalidValue extends Error {}

const MAX_INDEXED_METADATA = 8;
const MAX_WORKERS = 64;
const UNITS: Readonly<Record<string, Micros>> = { s: SECOND, m: 60 * SECOND, h: HOUR, d: DAY };
// A timer of Node that is set for longer goes off at once.
const MAX_TIMEOUT = 24 * DAY;

export function parseDatabaseUrl(text: string): string {
  if (!/^sqlite:.+/.test(text) && !(/^postgres(ql)?:/.test(text) && URL.canParse(text))) {
    throw new InvalidValue(
      "must be sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE, for example sqlite:data/roster.db",
    );
  }
  return text;
}

/** URLs of PostgreSQL, separated by commas or white space. */
export function parseReplicaUrls(text: string): string[] {
  const urls = text.trim().split(/[\s,]+(?=postgres(?:ql)?:)/);
  if (
    !urls.every((url) => /^postgres(ql)?:\/\/[^/\s]/.test(url) && URL.canParse(url) && !new URL(url).pathname.includes(","))
  ) {
    throw new InvalidValue("must be postgres://USER:PASSWORD@HOST:PORT/DATABASE, or several, separated by commas");
  }
  return urls;
}

export function parseAddress(text: string): Address {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) {
    throw new InvalidValue("must be HOST:PORT, for example 127.0.0.1:8080 or [::]:8080");
  }
  return { host: host.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}

export function parsePem(path: string, kind: string, check: (pem: string) => unknown): string {
  try {
    const pem = readFileSync(path, "utf8");
    check(pem);
    return pem;
  } catch (error) {
    throw new InvalidValue(`must be a file with ${kind} in PEM (${messageOf(error)})`);
  }
}

/** Checks each certificate of a PEM text. Throws if there is none. */
export function checkCertificates(pem: string): void {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs);
  if (certificates === null) {
    throw new Error("it has none");
  }
  for (const certificate of certificates) {
    new X509Certificate(certificate);
  }
}

export function parseSecret(text: string): string {
  if (secretKeyId(text) === undefined) {
    throw new InvalidValue("must be roster_, K and 26 Crockford base32 characters, _, and 43 base64url characters");
  }
  return text;
}

export function parseOrigins(text: string): string[] {
  const origins = text.split(",").map((origin) => origin.trim());
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      throw new InvalidValue(`${JSON.stringify(origin)} must be an origin, for example https://app.example.com`);
    }
  }
  return origins;
}

/** Places in metadata, as their keys: `plan,team.id`. Throws an InvalidValue. */
export function parseMetadataPaths(text: string): MetadataPath[] {
  const paths = text.split(",").map((path) => path.split(".").map((key) => key.trim()));
  for (const [first = "", ...rest] of paths) {
    const problem = metadataProblem({ [first]: rest.reduceRight<JsonValue>((inner, key) => ({ [key]: inner }), null) });
    if (problem !== undefined) {
      const path = JSON.stringify([first, ...rest].join("."));
      throw new InvalidValue(`${path} must be keys of metadata, joined by dots, for example team.id: metadata ${problem}`);
    }
  }
  if (paths.length > MAX_INDEXED_METADATA) {
    throw new InvalidValue(`must be at most ${MAX_INDEXED_METADATA} places, since each slows every write of a user`);
  }
  if (new Set(paths.map((path) => path.join("."))).size < paths.length) {
    throw new InvalidValue("must name each place once");
  }
  return paths;
}

export function parseInteger(text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new InvalidValue(`must be a whole number from ${min} to ${max}`);
  }
  return value;
}

export function parseWorkers(text: string): number {
  if (text === "all") {
    return Math.min(availableParallelism(), MAX_WORKERS);
  }
  if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > MAX_WORKERS) {
    throw new InvalidValue(`must be a whole number from 1 to ${MAX_WORKERS}, or all`);
  }
  return Number(text);
}

/** `100`, `100:500`: calls a second, and calls at once after a rest; `off`: none. Throws an InvalidValue. */
export function parseRateLimit(text: string): RateLimit | undefined {
  if (text === "off") {
    return undefined;
  }
  const [, rate, burst = rate] = /^([1-9]\d{0,6})(?::([1-9]\d{0,6}))?$/.exec(text) ?? [];
  if (rate === undefined) {
    throw new InvalidValue("must be calls a second and, if more may come at once, how many: 100 or 100:500; or off");
  }
  return { perSecond: Number(rate), burst: Number(burst) };
}

/** `30s`, `12h`, `7d`. Throws an InvalidValue. */
export function parseDuration(text: string): Micros {
  const [, count, unit] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    throw new InvalidValue("must be a whole number and a unit of s, m, h or d, for example 30s, 12h or 7d");
  }
  return Number(count) * (UNITS[unit] ?? 0);
}

/** In milliseconds. */
export function parseTimeout(text: string): number {
  const duration = parseDuration(text);
  if (duration > MAX_TIMEOUT) {
    throw new InvalidValue("must be at most 24d");
  }
  return duration / 1000;
}

export const parseLogLevel = (text: string): LogLevel => parseChoice(text, LOG_LEVELS);
export const parseLogFormat = (text: string): LogFormat => parseChoice(text, LOG_FORMATS);
export const parseCallLogMode = (text: string): CallLogMode => parseChoice(text, CALL_LOG_MODES);
export const parseClientAuth = (text: string) => parseChoice(text, ["optional", "required"] as const);

export const parseSwitch = (text: string): boolean => parseChoice(text, ["on", "off"] as const) === "on";
export const parseUserNameRule = (text: string) => parseChoice(text, ["external_id", "email"] as const);

function parseChoice<T extends string>(text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice === undefined) {
    throw new InvalidValue(`must be one of ${choices.join(", ")}`);
  }
  return choice;
}
