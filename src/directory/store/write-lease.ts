/**
 * The right to write a database that takes one writer at a time, passed between the processes of one server in the order they ask.
 * It is for fairness alone: the database has a lock of its own, and a process without the lease could write, too.
 */
export interface WriteLease {
  /** Waits for the lease, and returns what releases it. */
  acquire(): Promise<() => void>;
}
