/** What users need for the filter to be slow: a few hundred of them keep a database busy for a second. */
export const SLOW_ABOUT = "a".repeat(10_000);

/** Passes nobody whose `about` is that, though much of it comes close, again and again. */
export const SLOW_FILTER = Array.from(
  { length: 40 },
  (_, term) => `about.contains("${"a".repeat(20 + term)}b${"a".repeat(20)}")`,
).join(" || ");
