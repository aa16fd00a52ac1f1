/** The name of an enum value. It has been validated, so it has one. */
export function nameOf<K extends string, V>(values: Readonly<Record<K, V>>, value: V): K {
  const entry = Object.entries<V>(values).find(([, candidate]) => candidate === value);
  if (entry === undefined) {
    throw new Error(`no name for enum value ${String(value)}`);
  }
  return entry[0] as K;
}
