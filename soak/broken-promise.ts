/** A promise that was not kept, and what shows it. Ends the run. */
export class BrokenPromise extends Error {
  override readonly name = "BrokenPromise";
  readonly promise: string;
  /** What the ledger and the timeline know, a line each. */
  readonly evidence: readonly string[];

  constructor(promise: string, what: string, evidence: readonly string[] = []) {
    super(`${promise}: ${what}`);
    this.promise = promise;
    this.evidence = evidence;
  }
}

/** As docs/promises.md has them. */
export const PROMISES = {
  durable: "What was acknowledged is on the disk",
  revision: "Each account has a revision",
  export: "An export is one point in time",
  watch: "A watch has no gap",
  replica: "Export, then watch, is a complete replica",
  external: "Get-or-create by external id is race-free",
  updates: "Updates are all or nothing, and none gets lost",
  requestId: "A repeated request_id returns the first answer",
  validateOnly: "validate_only leaves no trace",
  lists: "Pages neither skip nor repeat",
  search: "A search finds the same",
  keys: "A revoked key is out at once",
  audit: "Every change leaves an entry in the audit log",
  sessions: "Sessions end with their user",
  errors: "Every error has a code, a stable reason and a message",
  recovery: "The server stays up and recovers by itself",
  batches: "A row of a batch is what a call for one user would be",
  purge: "A purge leaves nothing of the user",
  invariants: "The database is sound",
} as const;
