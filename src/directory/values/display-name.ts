import { invalidField } from "../errors.ts";

/** The display name of anything, trimmed. Throws FIELD_INVALID for `field`. */
export function checkDisplayName(displayName: string, field: string): string {
  const trimmed = displayName.trim();
  const problem = displayNameProblem(trimmed);
  if (problem !== undefined) {
    throw invalidField(field, problem);
  }
  return trimmed;
}

/** The rule that a display name breaks once it is trimmed, or undefined. */
export function displayNameProblem(trimmed: string): string | undefined {
  const length = [...trimmed.slice(0, 201)].length;
  if (length < 2 || length > 100) {
    return "must have 2 to 100 characters after trimming";
  }
  return /[\p{Cc}\p{Cs}]/u.test(trimmed) ? "must not contain control characters" : undefined;
}
