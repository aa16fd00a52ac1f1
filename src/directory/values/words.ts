/**
 * The words of a text, as they are searched by: without case and accents (NFKD, marks stripped, case folded), split at what is no letter
 * or digit. Chinese and Japanese have a word for each character, Korean for each syllable: nothing else parts their words. A syllable
 * is spelt by its letters, so that it begins with what is typed of it first.
 */
export function wordsOf(text: string): string[] {
  const folded = ASCII.test(text) ? text.toLowerCase() : fold(text);
  return folded.match(ASCII.test(folded) ? ASCII_WORDS : WORDS) ?? [];
}

function fold(text: string): string {
  const plain = stripMarks(text).toLowerCase();
  // Up and down again is what folds `ß` and `ss`; only the sigma at the end of a word is left.
  return ASCII.test(plain) ? plain : stripMarks(plain.toUpperCase().toLowerCase()).replaceAll("ς", "σ");
}

function stripMarks(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}+/gu, "");
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII, where there is little to fold.
const ASCII = /^[\x00-\x7f]*$/;
const ASCII_WORDS = /[a-z0-9]+/g;

/** A letter that is a word, as far as a character can be. */
const SINGLE = String.raw`[[\p{L}\p{N}]&&[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}ー]]`;
/** What a syllable is spelt by. */
const [FIRST, VOWEL, LAST] = [
  String.raw`[\u1100-\u115f\ua960-\ua97c]`,
  String.raw`[\u1160-\u11a7\ud7b0-\ud7c6]`,
  String.raw`[\u11a8-\u11ff\ud7cb-\ud7fb]`,
];
const SYLLABLE = `${FIRST}${VOWEL}*${LAST}*|${VOWEL}+${LAST}*|${LAST}+`;
const OTHER = String.raw`[[\p{L}\p{N}]--[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Bopo}ー]--[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]]`;
/** So many letters are a word at most: there are databases that take no more than some 2000 bytes. */
const MAX_LETTERS = 300;
const WORDS = new RegExp(`${OTHER}{1,${MAX_LETTERS}}|${SINGLE}|${SYLLABLE}`, "gv");
