import { createPrivateKey, X509Certificate } from "node:crypto";
import type { MetadataPath } from "../directory/lists/filter.ts";
import { InvalidValue } from "./parse.ts";
import { SETTINGS, type Setting, type SettingValues } from "./settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** All settings by their names in SETTINGS; those of TLS together, and lists empty where nothing is set. */
export interface Config extends Omit<SettingValues, "tlsCertificate" | "tlsKey" | "corsOrigins" | "indexedMetadata"> {
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly corsOrigins: readonly string[];
  readonly indexedMetadata: readonly MetadataPath[];
}

/** One or more settings are wrong. The message names each, its value, and what would be right. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** Reads the settings. Throws a ConfigError that names every wrong one. */
export function loadConfig(env: Environment): Config {
  const problems: string[] = [];
  const { tlsCertificate, tlsKey, corsOrigins = [], indexedMetadata = [], ...values } = readValues(env, problems);
  const tls = tlsCertificate && tlsKey ? { certificate: tlsCertificate, key: tlsKey } : undefined;
  if (!env[SETTINGS.tlsCertificate.variable] !== !env[SETTINGS.tlsKey.variable]) {
    problems.push("ROSTER_TLS_CERTIFICATE and ROSTER_TLS_KEY: set both or neither");
  }
  if (tls && !new X509Certificate(tls.certificate).checkPrivateKey(createPrivateKey(tls.key))) {
    problems.push("ROSTER_TLS_CERTIFICATE and ROSTER_TLS_KEY: the key is not that of the certificate");
  }
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  return { ...values, tls, corsOrigins, indexedMetadata };
}

/** The text, fit to be shown: the password of a URL is left out. */
export function withoutPassword(text: string): string {
  return text.replace(/^(\w+:\/\/[^:/@]*):.*@/, "$1:***@").replace(/([?&]password=)[^&]*/g, "$1***");
}

function readValues(env: Environment, problems: string[]): SettingValues {
  const entries = Object.entries(SETTINGS).map(([name, setting]) => [name, readValue(setting, env, problems)] as const);
  // One that should have a value and has none is among the problems.
  return Object.fromEntries(entries) as SettingValues;
}

function readValue({ variable, fallback, secret, parse }: Setting<unknown>, env: Environment, problems: string[]): unknown {
  const text = env[variable] || fallback;
  try {
    return text === "" ? undefined : parse(text);
  } catch (error) {
    if (!(error instanceof InvalidValue)) {
      throw error;
    }
    problems.push(`${variable}=${secret ? "(hidden)" : withoutPassword(text)}: ${error.message}`);
    return undefined;
  }
}
