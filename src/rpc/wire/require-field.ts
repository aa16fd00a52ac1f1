import { invalidField } from "../../directory/errors.ts";

/** The value of a field that a request must have. Throws FIELD_INVALID if it is absent or the empty text. */
export function requireField<T>(value: T | undefined, field: string): T {
  if (value === undefined || value === "") {
    throw invalidField(field, "is required");
  }
  return value;
}
