/** The rule that the `name` of a user breaks, or undefined. Its length is checked by the schema, before this. */
export function userNameProblem(name: string): string | undefined {
  if (BLANK.test(name)) {
    return "must not be blank";
  }
  return NAME.test(name)
    ? undefined
    : "must begin with a letter, punctuation or space, and go on with letters, marks, digits, connectors, punctuation or spaces";
}

/**
 * Julep's pattern is `^[A]+[B]*$`, which backtracks quadratically. Every character of A is in B, so `^[A][B]*$` accepts the
 * same texts in linear time.
 */
const NAME =
  /^[\p{L}\p{Nl}\p{Pattern_Syntax}\p{Pattern_White_Space}][\p{ID_Start}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Pattern_Syntax}\p{Pattern_White_Space}]*$/u;
const BLANK = /^[\s\p{Pattern_White_Space}]*$/u;
