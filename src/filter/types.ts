import type { Cel, Source } from "./cel.ts";
import type { TypedLiteral } from "./literals.ts";
import type { TypedPlace } from "./places.ts";

/** Throws FILTER_INVALID if no value at the place can have the type of the literal. */
export function checkType<F extends string>(source: Source, part: Cel, place: TypedPlace<F>, { type }: TypedLiteral): void {
  if (place.type === "any") {
    if (type === "time") {
      source.fail(part, "metadata has no timestamps: compare it with text or a number");
    }
    return;
  }
  if (type === "null") {
    source.fail(part, "a field is never null: ask with has() whether it is set");
  }
  if (place.type !== type) {
    const hint = place.type === "time" && type === "text" ? ': write timestamp("…")' : "";
    source.fail(part, `the field is ${TYPE_NAMES[place.type]}, this is ${TYPE_NAMES[type]}${hint}`);
  }
}

/** Throws FILTER_INVALID if the values at the place are names, and this is none of them. */
export function checkName<F extends string>(
  source: Source,
  part: Cel,
  { names }: TypedPlace<F>,
  { value }: TypedLiteral,
): void {
  if (names !== undefined && !names.some((name) => name === value)) {
    source.fail(part, `it is one of ${names.join(", ")}`);
  }
}

const TYPE_NAMES = {
  text: "text",
  number: "a number",
  boolean: "true or false",
  time: "a timestamp",
  list: "a list",
  null: "null",
} as const;
