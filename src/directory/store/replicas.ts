/**
 * What a read that a replica of the database may answer needs: a replica whose revision of the account is lower MUST NOT answer it.
 * Asked for only where there are replicas.
 */
export type LeastRevision = () => number;

/** A replica of the database, and how it does. */
export interface ReplicaStatus {
  /** Where it is, without secrets. */
  readonly name: string;
  /** Why reads do not go there; undefined: they do. */
  readonly problem: ReplicaProblem | undefined;
  /** How far it is behind, to a second. Infinite: further than is looked for. */
  readonly lagMs: number;
  /** Reads that it has answered. */
  readonly answered: number;
  /** Reads that it was asked for and the primary has answered, because the replica was behind or failed. */
  readonly passedOn: number;
}

export interface ReplicaProblem {
  readonly reason: "unreachable" | "no standby" | "other directory" | "too far behind";
  /** The error, if there was one. */
  readonly cause?: unknown;
}
