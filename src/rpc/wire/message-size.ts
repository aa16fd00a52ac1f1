/** Where messages of streams are cut: 1 MiB, less what is left for tokens and a summary. */
export const MAX_MESSAGE_BYTES = 1024 * 1024 - 8 * 1024;

/** What an encoded member of a repeated field takes in its message, in bytes, with the tag and length that go before it. */
export function memberBytes(member: Uint8Array): number {
  return member.length + 5;
}
