import type { Addresses } from "../config/address.ts";
import type { RateLimit } from "../directory/limits/token-bucket.ts";
import type { CommitEvent } from "../directory/store/commit-event.ts";
import type { Metric } from "../metrics/metric.ts";

/** What a worker sends to the primary. */
export type FromWorker =
  | { readonly type: "join" }
  | ({ readonly type: "ready" } & Addresses)
  | MetricsResponse
  | LeaseFromWorker
  | TokensRequested
  | EventMessage;

/** What the primary sends to a worker. */
export type FromPrimary =
  | { readonly type: "joined" }
  | { readonly type: "drain" }
  | { readonly type: "reload" }
  | MetricsRequest
  | LeaseFromPrimary
  | TokensGranted
  | EventMessage;

/** Answered by a MetricsResponse of the same number. */
export interface MetricsRequest {
  readonly type: "metrics-requested";
  readonly request: number;
}

export interface MetricsResponse {
  readonly type: "metrics";
  readonly request: number;
  readonly metrics: readonly Metric[];
}

export type LeaseFromWorker = { readonly type: "lease-requested" } | { readonly type: "lease-released" };

/** `wanted`: another waits for it already. `lease-wanted`: another has begun to wait for the lease that this worker holds. */
export type LeaseFromPrimary =
  | { readonly type: "lease-granted"; readonly wanted: boolean }
  | { readonly type: "lease-wanted" };

/** Tokens of a rate limit that all workers share. Answered by TokensGranted of the same number. */
export interface TokensRequested {
  readonly type: "tokens-requested";
  readonly request: number;
  readonly name: string;
  readonly limit: RateLimit;
  readonly wanted: number;
}

export interface TokensGranted {
  readonly type: "tokens-granted";
  readonly request: number;
  /** No more than were wanted. */
  readonly tokens: number;
  /** When those that are missing may be there. */
  readonly retryAfterMs: number;
}

/** A worker's commit events go by way of the primary to all other workers; their acknowledgements go the same way back. */
export type EventMessage = CommitEvents | Acknowledgement;

export interface CommitEvents {
  readonly type: "commit-events";
  readonly events: readonly CommitEvent[];
  /** The number to acknowledge them by. The primary acknowledges to the sender when all others have to the primary. */
  readonly acknowledgeBy?: number;
}

export interface Acknowledgement {
  readonly type: "acknowledged";
  readonly acknowledgeBy: number;
}

/** Messages of our own processes are what they say they are. */
export function received<M extends FromWorker | FromPrimary>(message: unknown): M {
  return message as M;
}
