import { isDeepStrictEqual } from "node:util";

/** The names of the values that differ. Those that have no name are passed over. */
export function differences<T extends object, K extends keyof T & string>(
  before: T,
  after: T,
  names: Readonly<Record<K, string>>,
): string[] {
  const keys = Object.keys(names) as K[];
  return keys.filter((key) => !isDeepStrictEqual(before[key], after[key])).map((key) => names[key]);
}
