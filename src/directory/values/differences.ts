import { isDeepStrictEqual } from "node:util";
import { keysOf } from "./records.ts";

/** The names of the values that differ. Those that have no name are passed over. */
export function differences<T extends object, K extends keyof T & string>(
  before: T,
  after: T,
  names: Readonly<Record<K, string>>,
): string[] {
  return keysOf(names)
    .filter((key) => !isDeepStrictEqual(before[key], after[key]))
    .map((key) => names[key]);
}
