import fc from "fast-check";
import type { User } from "../../src/directory/users/user.ts";

/** Few words, so that queries and users meet; each is there because something could trip over it. */
const WORDS = [
  "ada",
  "Ada",
  "ádá",
  "adam",
  "a",
  "AB",
  "42",
  "4",
  "straße",
  "STRASSE",
  "ΟΔΟΣ",
  "οδος",
  "İI",
  "ıi",
  "nguyễn",
  "田中",
  "中",
  "カー",
  "ｶ",
  "김",
  "기",
  "ㄱ",
  "\u1100\u1161",
  "हिन्दी",
  "x'y",
  'x"y',
  "x\\y",
  "x:*",
  "a-b_c",
  "&|!",
  "NOT",
  "and",
  "ﬃ",
  "½",
  "😀",
  "é\u0301",
  "\u200b",
  "𝔸𝔻",
  "𐍈",
];

const word = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(...WORDS) },
  fc.string({ unit: "binary", minLength: 1, maxLength: 3 }).filter((text) => !text.includes("\0")),
);
const separator = fc.constantFrom(" ", " ", "", ".", "@", "/", "\t");
const text = fc
  .array(fc.tuple(word, separator), { maxLength: 3 })
  .map((parts) => parts.map(([each, end]) => each + end).join(""));

const optional = fc.option(text);

export const someQuery: fc.Arbitrary<string> = text;

export const someSearchedUser: fc.Arbitrary<Partial<User>> = fc.record({
  id: fc.constantFrom("u", "U1", "ada", "42", "-", "a.b"),
  name: optional,
  displayName: optional,
  externalId: optional,
  deleteTime: fc.constantFrom(null, null, 7),
  status: fc.constantFrom("ACTIVE" as const, "SUSPENDED" as const),
});
