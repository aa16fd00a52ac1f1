import { isJsonObject, type JsonObject, type JsonValue, mergePatch, mergeTopLevel } from "./json.ts";

const MAX_KEY_LENGTH = 255;

/** How given metadata changes stored metadata: it replaces it, is merged into it (RFC 7396), or replaces its top-level keys. */
export type MetadataUpdate = "REPLACE" | "MERGE" | "MERGE_TOP_LEVEL";

export function mergeMetadata(stored: JsonObject, given: JsonObject | undefined, how: MetadataUpdate): JsonObject {
  if (given === undefined) {
    return stored;
  }
  if (how === "REPLACE") {
    return given;
  }
  const merged = how === "MERGE" ? mergePatch(stored, given) : mergeTopLevel(stored, given);
  return isJsonObject(merged) ? merged : {};
}

/** The rule that `metadata` breaks, or undefined. Limits: 64 KiB as JSON, 16 levels, keys of 1 to 255 code points. */
export function metadataProblem(metadata: JsonObject): string | undefined {
  return objectProblem(metadata, { maxBytes: 64 * 1024, maxDepth: 16 });
}

/** The same with other limits. */
export function objectProblem(
  object: JsonObject,
  { maxBytes, maxDepth }: { readonly maxBytes: number; readonly maxDepth: number },
): string | undefined {
  const problem = valueProblem(object, "", 1, maxDepth);
  if (problem !== undefined) {
    return problem;
  }
  // Has the length of the canonical text, and is made faster.
  const size = Buffer.byteLength(JSON.stringify(object));
  return size > maxBytes ? `must be at most ${maxBytes} bytes as JSON, is ${size}` : undefined;
}

function valueProblem(value: JsonValue, path: string, depth: number, maxDepth: number): string | undefined {
  if (typeof value === "string") {
    return textProblem(value, path);
  }
  if (typeof value === "number") {
    return Number.isFinite(value) ? undefined : `the number at ${path} must be finite`;
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  if (depth > maxDepth) {
    return `must be at most ${maxDepth} levels deep`;
  }
  for (const [key, member] of Object.entries(value)) {
    const problem =
      (isJsonObject(value) ? keyProblem(key, path) : undefined) ??
      valueProblem(member, `${path}/${key}`, depth + 1, maxDepth);
    if (problem !== undefined) {
      return problem;
    }
  }
  return undefined;
}

function keyProblem(key: string, path: string): string | undefined {
  return key === "" || (key.length > MAX_KEY_LENGTH && [...key.slice(0, 2 * MAX_KEY_LENGTH + 1)].length > MAX_KEY_LENGTH)
    ? `the keys in ${path || "/"} must have 1 to ${MAX_KEY_LENGTH} characters`
    : textProblem(key, path);
}

// PostgreSQL can't store U+0000, and an unpaired surrogate has no UTF-8.
function textProblem(text: string, path: string): string | undefined {
  return text.includes("\0") || !text.isWellFormed()
    ? `the text at ${path || "/"} must be Unicode without U+0000 and unpaired surrogates`
    : undefined;
}
