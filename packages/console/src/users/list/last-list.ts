let last: string | undefined;

/** The list of users that was looked at last, as an address: the way back from a user leads there. */
export function lastList(): string | undefined {
  return last;
}

export function rememberList(hash: string): void {
  last = hash;
}
