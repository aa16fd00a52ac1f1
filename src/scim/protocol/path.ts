/** What stands between the slashes of a path, decoded, with or without a slash at the end. Undefined for escapes that are none. */
export function decodeSegments(path: string): string[] | undefined {
  const names = path.split("/").slice(1);
  const segments = names.at(-1) === "" ? names.slice(0, -1) : names;
  try {
    return segments.map(decodeURIComponent);
  } catch {
    return undefined;
  }
}
