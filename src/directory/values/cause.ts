import { RosterError } from "../errors.ts";

/** Why something failed, in one line for people: the message of the error, or those of its parts, with their codes. */
export function causeText(error: unknown): string {
  if (error instanceof RosterError && error.cause !== undefined) {
    return causeText(error.cause);
  }
  const parts: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return parts.map(partText).join("; ");
}

function partText(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  const code = systemCode(error) ?? "";
  return error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

/** What was thrown, as text: the message of an error. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** The code of an error of Node's own libraries: `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
