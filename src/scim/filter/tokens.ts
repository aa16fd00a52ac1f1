import { scimError } from "../protocol/errors.ts";

export interface Token {
  readonly kind: "text" | "word" | "(" | ")" | "[" | "]";
  /** Of a text, what is between its quotes. */
  readonly text: string;
  /** In UTF-16 units. */
  readonly at: number;
}

const MAX_FILTER_LENGTH = 4096;

/** Its alternatives begin with different characters: it takes linear time. */
const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/suy;

/** Cuts a filter into its words. Throws invalidFilter. */
export function tokensOf(filter: string): Token[] {
  if (filter.length > MAX_FILTER_LENGTH) {
    throw scimError("invalidFilter", `a filter has at most ${MAX_FILTER_LENGTH} characters`);
  }
  const tokens: Token[] = [];
  const end = filter.trimEnd().length;
  const pattern = new RegExp(TOKEN);
  while (pattern.lastIndex < end) {
    const at = pattern.lastIndex;
    const [, sign, text, word] = pattern.exec(filter) ?? [];
    if (sign !== undefined) tokens.push({ kind: sign as "(", text: sign, at });
    else if (text !== undefined) tokens.push({ kind: "text", text: unquote(text, at), at });
    else if (word !== undefined) tokens.push({ kind: "word", text: word, at });
    else throw filterInvalid(at, "a text has no end");
  }
  return tokens;
}

export function filterInvalid(at: number, problem: string) {
  return scimError("invalidFilter", `filter, at offset ${at}: ${problem}`);
}

function unquote(quoted: string, at: number): string {
  const text = parse(quoted);
  if (text === undefined) {
    throw filterInvalid(at, "a text is written as in JSON");
  }
  // No text in the directory has those, and databases refuse them.
  if (text.includes("\0") || !text.isWellFormed()) {
    throw filterInvalid(at, "text must be Unicode without U+0000 and unpaired surrogates");
  }
  return text;
}

function parse(quoted: string): string | undefined {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return undefined;
  }
}
