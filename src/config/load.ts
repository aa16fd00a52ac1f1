import type { MetadataPath } from "../directory/lists/filter.ts";
import type { Environment } from "./environment.ts";
import { ConfigError, withoutSecrets } from "./error.ts";
import { InvalidValue } from "./parse.ts";
import { fileVariable, readSecret } from "./secret-files.ts";
import { SETTINGS, type Setting, type SettingValues } from "./settings.ts";
import { type TlsConfig, type TlsValues, tlsProblems, toTlsConfig } from "./tls.ts";

/** All settings by their names in SETTINGS; those of TLS together, and lists empty where nothing is set. */
export interface Config
  extends Omit<SettingValues, keyof TlsValues | "corsOrigins" | "indexedMetadata" | "databaseReplicaUrls"> {
  readonly tls: TlsConfig | undefined;
  readonly corsOrigins: readonly string[];
  readonly indexedMetadata: readonly MetadataPath[];
  readonly databaseReplicaUrls: readonly string[];
}

/** Reads the settings. Throws a ConfigError that names every wrong one. */
export function loadConfig(env: Environment): Config {
  const problems: string[] = [];
  const all = readValues(env, problems);
  const { tlsCertificate, tlsKey, tlsClientCa, tlsClientAuth, ...others } = all;
  const { corsOrigins = [], indexedMetadata = [], databaseReplicaUrls = [], ...values } = others;
  const tls = toTlsConfig({ tlsCertificate, tlsKey, tlsClientCa, tlsClientAuth });
  problems.push(...tlsProblems(env, tls));
  if (databaseReplicaUrls.length > 0 && values.databaseUrl?.startsWith("sqlite:")) {
    problems.push("ROSTER_DATABASE_REPLICA_URL: needs a PostgreSQL in ROSTER_DATABASE_URL");
  }
  if (problems.length > 0) {
    throw new ConfigError(problems);
  }
  return { ...values, tls, corsOrigins, indexedMetadata, databaseReplicaUrls };
}

function readValues(env: Environment, problems: string[]): SettingValues {
  const entries = Object.entries(SETTINGS).map(([name, setting]) => [name, readValue(setting, env, problems)] as const);
  // One that should have a value and has none is among the problems.
  return Object.fromEntries(entries) as SettingValues;
}

function readValue(setting: Setting<unknown>, env: Environment, problems: string[]): unknown {
  try {
    const text = readText(setting, env) || setting.fallback;
    return text === "" ? undefined : setting.parse(text);
  } catch (error) {
    if (error instanceof InvalidValue) {
      problems.push(`${shown(setting, env)}: ${error.message}`);
    } else if (error instanceof ConfigError) {
      problems.push(error.message);
    } else {
      throw error;
    }
    return undefined;
  }
}

function readText({ variable, secret }: Setting<unknown>, env: Environment): string | undefined {
  return secret === undefined ? env[variable] : readSecret(variable, env);
}

function shown({ variable, secret, fallback }: Setting<unknown>, env: Environment): string {
  const path = secret && env[fileVariable(variable)];
  if (path) {
    return `${fileVariable(variable)}=${withoutSecrets(path)}`;
  }
  return `${variable}=${secret === "all" ? "(hidden)" : withoutSecrets(env[variable] || fallback)}`;
}
