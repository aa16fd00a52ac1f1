import type { Literal } from "../directory/lists/filter.ts";
import type { Cel, Source } from "./cel.ts";
import type { FieldType } from "./fields.ts";

export interface TypedLiteral {
  readonly type: FieldType | "null";
  readonly value: Literal;
}

/** The part as a literal; undefined if it is none. Throws FILTER_INVALID for a literal that is not allowed. */
export function readLiteral(source: Source, part: Cel): TypedLiteral | undefined {
  const { exprKind } = part;
  if (exprKind.case === "constExpr") {
    return constant(source, part, exprKind.value.constantKind);
  }
  if (exprKind.case !== "callExpr" || exprKind.value.target !== undefined) {
    return undefined;
  }
  const { function: name, args } = exprKind.value;
  const [argument] = args;
  if (name === "timestamp" && argument !== undefined) {
    return timestamp(source, argument, args.length);
  }
  const negated = name === "-_" && argument !== undefined ? readLiteral(source, argument) : undefined;
  return typeof negated?.value === "number" && negated.type === "number"
    ? { type: "number", value: -negated.value }
    : undefined;
}

type Constant = Extract<Cel["exprKind"], { case: "constExpr" }>["value"]["constantKind"];

function constant(source: Source, part: Cel, { case: kind, value }: Constant): TypedLiteral {
  switch (kind) {
    case "stringValue":
      return { type: "text", value: checkText(source, part, value) };
    case "boolValue":
      return { type: "boolean", value };
    case "nullValue":
      return { type: "null", value: null };
    case "int64Value":
    case "uint64Value":
    case "doubleValue":
      return { type: "number", value: finite(source, part, Number(value)) };
    default:
      return source.fail(part, 'a literal must be text, a number, true, false, null or timestamp("…")');
  }
}

// No text in the directory has U+0000 or unpaired surrogates, and databases refuse them.
function checkText(source: Source, part: Cel, text: string): string {
  return text.includes("\0") || !text.isWellFormed()
    ? source.fail(part, "text must be Unicode without U+0000 and unpaired surrogates")
    : text;
}

function finite(source: Source, part: Cel, value: number): number {
  return Number.isFinite(value) ? value : source.fail(part, "the number is too large for a double");
}

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:Z|([+-])(\d\d):(\d\d))$/;

function timestamp(source: Source, argument: Cel, count: number): TypedLiteral {
  const text = count === 1 ? readLiteral(source, argument) : undefined;
  const micros = typeof text?.value === "string" ? parseTimestamp(text.value) : undefined;
  return micros === undefined
    ? source.fail(argument, 'a timestamp is RFC 3339 with at most microseconds: timestamp("2026-01-31T12:00:00.000001Z")')
    : { type: "time", value: micros };
}

/** Micros since 1970; undefined: it is no time of RFC 3339 with at most microseconds. */
export function parseTimestamp(text: string): number | undefined {
  const [, year, month, day, hour, minute, second, fraction = "", sign, offsetHour, offsetMinute] =
    TIMESTAMP.exec(text) ?? [];
  const inRange = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  // February 30 is read as a day of March.
  if (!inRange || Number.isNaN(date.getTime()) || date.getUTCDate() !== Number(day)) {
    return undefined;
  }
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) {
    return undefined;
  }
  const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * (sign === "-" ? -1 : 1);
  const seconds = date.getTime() / 1000 + Number(hour) * 3600 + (Number(minute) - offset) * 60 + Number(second);
  return seconds * 1_000_000 + Number(fraction.padEnd(6, "0"));
}
