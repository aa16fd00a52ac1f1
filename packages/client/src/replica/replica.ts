import type { User } from "../../gen/roster/v1/user_pb.js";
import type { RetryOptions } from "../retry.ts";
import type { ReplicaStore } from "./store.ts";

export interface ReplicaOptions extends RetryOptions {
  /** Default: the key's account. */
  readonly accountId?: string | undefined;
  /** Whom to copy, in CEL. Default: every live user. */
  readonly filter?: string | undefined;
  /** Keeps the copy, so that the next process goes on from there. */
  readonly store?: ReplicaStore | undefined;
}

/** What has become of one user. */
export interface ReplicaChange {
  readonly id: string;
  /** Undefined: it was not in the copy. */
  readonly before: User | undefined;
  /** Undefined: it is no longer. */
  readonly user: User | undefined;
}

/**
 * A live copy of users, by id, to read. Empty until the first export is complete, or full at once with what a store has kept. It changes a
 * transaction at a time, and goes on by itself, however long the server is away.
 */
export interface UserReplica extends ReadonlyMap<string, User>, AsyncDisposable {
  /** Fulfilled once the copy has caught up with the server for the first time. Rejected if it ends before. */
  readonly ready: Promise<void>;
  /** Fulfilled when it is closed. Rejected when it ends for another reason: the key is revoked, the store fails. */
  readonly done: Promise<void>;
  /** How many milliseconds ago the copy was last known to be complete. 0 while every change is told at once; Infinity: never yet. */
  readonly lag: number;
  /** From here on `watch` goes on. Empty before the first export. */
  readonly changeToken: string;
  /** Called after each change of the copy, with what has changed. Returns what ends that. */
  subscribe(listener: (changes: readonly ReplicaChange[]) => void): () => void;
  /** Ends the watch. The users stay. */
  close(): Promise<void>;
}
