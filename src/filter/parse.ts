import type { Filter } from "../directory/lists/filter.ts";
import { parseCel } from "./cel.ts";
import { checkFilter } from "./check.ts";
import type { Resource } from "./fields.ts";
import { filterInvalid } from "./invalid.ts";
import { checkNesting } from "./nesting.ts";

export const MAX_FILTER_BYTES = 4096;

/** Reads a filter of a resource's items. Undefined for a blank one, which lets everything pass. Throws FILTER_INVALID. */
export function parseFilter<T, F extends string>(text: string, resource: Resource<T, F>): Filter<F> | undefined {
  if (text.trim() === "") {
    return undefined;
  }
  if (Buffer.byteLength(text) > MAX_FILTER_BYTES) {
    const fitting = Buffer.from(text)
      .subarray(0, MAX_FILTER_BYTES)
      .toString()
      .replace(/\uFFFD$/, "");
    throw filterInvalid(text, fitting.length, `a filter has at most ${MAX_FILTER_BYTES} bytes`);
  }
  checkNesting(text);
  return checkFilter(parseCel(text), resource);
}
