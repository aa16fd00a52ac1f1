import { parse } from "@bufbuild/cel";
import { filterInvalid } from "./invalid.ts";

/** An expression as the CEL parser gives it. */
export type Cel = ReturnType<typeof parse>["expr"];

/** A parsed text, and a way to report what is wrong with a part of it. */
export interface Source {
  readonly cel: Cel;
  /** FILTER_INVALID, thrown at the part. */
  fail(part: Cel, problem: string): never;
}

/** Throws FILTER_INVALID. */
export function parseCel(text: string): Source {
  const { expr: cel, sourceInfo } = parsed(text);
  return {
    cel,
    fail(part, problem) {
      const index = sourceInfo?.positions[String(part.id)] ?? 0;
      // The parser counts the space before an operator to it.
      const space = /^\s*/.exec(text.slice(index))?.[0].length ?? 0;
      throw filterInvalid(text, index + space, problem);
    },
  };
}

function parsed(text: string): ReturnType<typeof parse> {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof RangeError) {
      throw filterInvalid(text, 0, "the expression is nested too deeply");
    }
    const { message, index } = syntaxProblem(error);
    throw filterInvalid(text, index, message);
  }
}

/** The parser's syntax errors have a position; its errors about literals have none. */
function syntaxProblem(error: unknown): { message: string; index: number } {
  if (!(error instanceof Error)) {
    throw error;
  }
  const index =
    "location" in error ? (error.location as { start?: { offset?: number } } | undefined)?.start?.offset : undefined;
  const message = "rawMessage" in error ? String(error.rawMessage) : error.message;
  return { message: `syntax error: ${message}`, index: index ?? 0 };
}
