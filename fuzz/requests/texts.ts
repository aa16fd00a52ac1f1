/** Texts that callers should never send. */
export const ABSURD: ReadonlyArray<readonly [string, string]> = [
  ["more than any field takes", "x".repeat(200_000)],
  ["many emoji", "😀".repeat(20_000)],
  ["an unpaired high surrogate", "\ud800"],
  ["an unpaired low surrogate", "a\udc00b"],
  ["surrogates the wrong way round", "\udc00\ud800"],
  ["a noncharacter", "\ufffe\uffff"],
  ["a text that runs the other way", "\u202eabc\u202d"],
  ["combining marks without end", `e${"\u0301".repeat(5_000)}`],
  ["quotes and SQL", "'; drop table users; --"],
  ["a percent and an underscore", "%_\\%"],
  ["a path", "../../../etc/passwd\u0000.json"],
  ["a prototype", "__proto__"],
  ["a number", "1e999"],
  ["a date", "9999-99-99T99:99:99Z"],
  ["space", " \t\r\n"],
  ["nothing", ""],
  [
    "every control character",
    String.fromCharCode(...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i)),
  ],
  ...[0, 1, 8, 9, 0xa, 0xd, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f, 0xa0, 0xad, 0x200b, 0x2028, 0xfeff].map(
    (code) => [`character ${code.toString(16)}`, `a${String.fromCharCode(code)}b`] as const,
  ),
];

/** Those that a request may have many of. */
export const SHORT_ABSURD = ABSURD.map(([, text]) => text).filter((text) => text.length < 1_000);
