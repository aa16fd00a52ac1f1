/** The form in which e-mail addresses are compared: surrounding space, case and Unicode composition do not count. */
export function foldEmail(email: string): string {
  const folded = email.trim().toLowerCase();
  return ASCII.test(folded) ? folded : folded.normalize("NFC");
}

/** The rule that the text breaks as an e-mail address, or undefined. Surrounding space is no fault. */
export function emailProblem(email: string): string | undefined {
  return EMAIL.test(email.trim()) ? undefined : "must be an e-mail address";
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII, where there is nothing to compose.
const ASCII = /^[\x00-\x7f]*$/;

const LABEL = "[\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]{0,61}[\\p{L}\\p{M}\\p{N}])?";
/** The e-mail pattern of the HTML standard, with letters of every script (RFC 6531). */
const EMAIL = new RegExp(`^[^\\s\\p{C}@"(),:;<>[\\]\\\\]{1,64}@${LABEL}(?:\\.${LABEL})*$`, "u");
