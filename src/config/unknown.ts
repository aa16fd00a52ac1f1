import { closest, distance } from "fastest-levenshtein";
import type { Environment } from "./environment.ts";
import { fileVariable } from "./secret-files.ts";
import { SETTINGS, variablesOf } from "./settings.ts";

/** What the commands read that call a server. */
const OF_COMMANDS = [
  "ROSTER_SERVER",
  "ROSTER_API_KEY",
  fileVariable("ROSTER_API_KEY"),
  "ROSTER_CLIENT_CERTIFICATE",
  "ROSTER_CLIENT_KEY",
  "ROSTER_SERVER_CA",
  "ROSTER_PROFILE",
];
const KNOWN = [...Object.values(SETTINGS).flatMap(variablesOf), ...OF_COMMANDS];
const MAX_TYPOS = 3;

export interface UnknownSetting {
  readonly name: string;
  /** The one that is probably meant. */
  readonly nearest: string | undefined;
}

/** The variables that look like settings of Roster and are none. */
export function unknownSettings(env: Environment): UnknownSetting[] {
  return Object.entries(env)
    .filter(([name, value = ""]) => /^roster_/i.test(name) && !KNOWN.includes(name) && !isOfService(name, value))
    .map(([name]) => ({ name, nearest: nearestTo(name.toUpperCase()) }));
}

function nearestTo(name: string): string | undefined {
  const withoutFile = name.replace(/_FILE$/, "");
  const nearest = KNOWN.includes(withoutFile) ? withoutFile : closest(name, KNOWN);
  return nearest === withoutFile || distance(name, nearest) <= MAX_TYPOS ? nearest : undefined;
}

/** Kubernetes tells each container where the services are: one named `roster` gives ROSTER_SERVICE_HOST, ROSTER_PORT and others. */
function isOfService(name: string, value: string): boolean {
  return /_SERVICE_(HOST|PORT)(_|$)|_PORT_\d+_[A-Z]+(_|$)/.test(name) || (name.endsWith("_PORT") && /^\w+:\/\//.test(value));
}
