/** The most bytes of users or changes in one message of a stream: 1 MiB, less room for tokens and a summary. */
export const MAX_MESSAGE_BYTES = 1024 * 1024 - 8 * 1024;

/** The bytes that an encoded member of a repeated field takes in its message, with its tag and length. */
export function memberBytes(member: Uint8Array): number {
  return member.length + 5;
}
