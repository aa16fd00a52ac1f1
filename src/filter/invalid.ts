import { RosterError } from "../directory/errors.ts";

/** FILTER_INVALID. `index` counts UTF-16 units of the text, the offset that callers get counts characters. */
export function filterInvalid(text: string, index: number, problem: string): RosterError {
  const offset = [...text.slice(0, index)].length;
  const description = `at offset ${offset}: ${problem}`;
  return new RosterError("FILTER_INVALID", `filter, ${description}`, {
    metadata: { offset: String(offset) },
    fields: [{ field: "filter", description }],
  });
}
