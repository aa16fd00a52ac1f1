import type { Addresses } from "../config.ts";
import type { News } from "../directory/store/peers.ts";
import type { Metric } from "../server/metrics/metrics.ts";
import type { TurnFromPrimary, TurnFromWorker } from "./write-lease.ts";

/**
 * What workers and the primary tell each other. `news` goes from a worker by way of the primary to all others; with a receipt it is
 * answered by `heard`, by each of them to the primary, and by the primary, when all have answered, to the worker it came from.
 */
export type FromWorker =
  | { readonly type: "join" }
  | ({ readonly type: "ready" } & Addresses)
  | Measured
  | TurnFromWorker
  | Exchange;
export type FromPrimary = { readonly type: "joined" } | { readonly type: "drain" } | Measure | TurnFromPrimary | Exchange;

/** Answered by `measured`, with the number of the question. */
export interface Measure {
  readonly type: "measure";
  readonly question: number;
}

export interface Measured {
  readonly type: "measured";
  readonly question: number;
  readonly metrics: readonly Metric[];
}

export type Exchange = NewsMessage | { readonly type: "heard"; readonly receipt: number };

export interface NewsMessage {
  readonly type: "news";
  readonly news: readonly News[];
  readonly receipt?: number;
}

/** Messages of our own processes are what they say they are. */
export function received<M extends FromWorker | FromPrimary>(message: unknown): M {
  return message as M;
}
