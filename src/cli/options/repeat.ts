/** Collects the values of an option that may be given more than once. Unlike a variadic one it takes no argument for a value. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
