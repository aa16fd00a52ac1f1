import { filterInvalid } from "./invalid.ts";

const MAX_OPEN = 32;

const COMMENT = "//.*";
const RAW = String.raw`[rR][bB]?(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"[^"\n]*"|'[^'\n]*')`;
const LONG = String.raw`"""(?:\\[\s\S]|[^\\])*?"""|'''(?:\\[\s\S]|[^\\])*?'''`;
const PLAIN = String.raw`"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'`;
const BRACKET = String.raw`[(\[{)\]}]`;
const TOKENS = new RegExp([COMMENT, RAW, LONG, PLAIN, BRACKET].join("|"), "g");

/** For hundreds of open brackets the parser takes seconds. Throws FILTER_INVALID before it sees them. */
export function checkNesting(text: string): void {
  let open = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if ("([{".includes(token)) {
      open += 1;
    } else if (")]}".includes(token)) {
      open -= 1;
    }
    if (open > MAX_OPEN) {
      throw filterInvalid(text, index, `at most ${MAX_OPEN} brackets may be open at once`);
    }
  }
}
