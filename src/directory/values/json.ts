/** A JSON value. Objects may have any key, `__proto__` too: copy them with the functions here only. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The one text of a value: keys sorted, no spaces. Equal values have equal texts. */
export function canonicalJson(value: JsonValue): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(",")}]`;
  }
  if (isJsonObject(value)) {
    const members = Object.keys(value).sort();
    return `{${members.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`).join(",")}}`;
  }
  return JSON.stringify(value);
}

/** JSON Merge Patch (RFC 7396): objects merge at every depth, null removes, anything else replaces. */
export function mergePatch(target: JsonValue | undefined, patch: JsonValue): JsonValue {
  if (!isJsonObject(patch)) {
    return patch;
  }
  const merged = new Map(isJsonObject(target) ? Object.entries(target) : []);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(key);
    } else {
      merged.set(key, mergePatch(merged.get(key), value));
    }
  }
  // Object.fromEntries defines own properties, so `__proto__` stays data.
  return Object.fromEntries(merged);
}

/** The members of `patch` take the place of those of `target`; null is a value like any other. */
export function mergeTopLevel(target: JsonObject, patch: JsonObject): JsonObject {
  return Object.fromEntries([...Object.entries(target), ...Object.entries(patch)]);
}
