import { CALL_DEFINITIONS } from "./call-definitions.ts";
import { DATABASE_DEFINITIONS } from "./database-definitions.ts";
import type { Definition } from "./metric.ts";
import { PROCESS_DEFINITIONS } from "./process-definitions.ts";
import { UPKEEP_DEFINITIONS } from "./upkeep-definitions.ts";

/** Every metric of Roster's own. The table in `docs/operations.md` is made from this. */
export const DEFINITIONS = {
  ...CALL_DEFINITIONS,
  ...DATABASE_DEFINITIONS,
  ...UPKEEP_DEFINITIONS,
  ...PROCESS_DEFINITIONS,
};

export type MetricName = keyof typeof DEFINITIONS;

export type NameOf<Type extends Definition["type"]> = {
  [N in MetricName]: (typeof DEFINITIONS)[N]["type"] extends Type ? N : never;
}[MetricName];

export function definitionOf(name: MetricName): Definition {
  return DEFINITIONS[name];
}
