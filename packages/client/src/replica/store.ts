/** What a store has kept of a replica. */
export interface ReplicaState {
  /** Encoded users, by id. */
  readonly users: Iterable<readonly [id: string, user: Uint8Array]>;
  /** Up to where they are complete. */
  readonly changeToken: string;
  /** When they were last known to be complete, in milliseconds since 1970. */
  readonly asOf: number;
}

export interface StoredChange {
  /** Encoded users, by id: new ones, and in place of old ones. */
  readonly put: Iterable<readonly [id: string, user: Uint8Array]>;
  readonly remove: readonly string[];
  readonly changeToken: string;
  readonly asOf: number;
}

/** Keeps a replica from one process to the next. Belongs to one replica at a time. */
export interface ReplicaStore {
  /** What was kept last for this scope. Undefined: nothing, or for another scope: another account or filter. */
  load(scope: string): Promise<ReplicaState | undefined>;
  /** Keeps this instead of all that was kept before: as a whole, or not at all. */
  replace(scope: string, state: ReplicaState): Promise<void>;
  /** Keeps a change as a whole, or not at all. What was kept last may be lost with the power, but nothing from its midst. */
  change(change: StoredChange): Promise<void>;
  close(): Promise<void>;
}
