/** Parses a column. Rows hold what the store itself has written, so the type is taken on trust. */
export function storedJson<T>(text: string): T {
  return JSON.parse(text) as T;
}
