import { Code } from "@connectrpc/connect";
import { RosterError } from "./errors.ts";
import { pause } from "./pause.ts";

export interface RetryPolicy {
  /** The error is thrown after this many failures without progress in between. */
  readonly maxFailures: number;
  /** The pause after the first failure, in milliseconds. It doubles with each further one. */
  readonly baseMs: number;
  /** The longest pause, in milliseconds. */
  readonly capMs: number;
}

/** About two seconds in all: somebody waits for the answer. */
export const BRIEF: RetryPolicy = { maxFailures: 5, baseMs: 100, capMs: 1_000 };
/** About forty seconds in all, which is enough for a server to be replaced. */
export const PATIENT: RetryPolicy = { maxFailures: 14, baseMs: 100, capMs: 5_000 };
/** For what has no end. */
export const ENDLESS: RetryPolicy = { maxFailures: Number.POSITIVE_INFINITY, baseMs: 100, capMs: 10_000 };

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly retry?: RetryPolicy | undefined;
  /** Called before each new attempt, with the failure and the pause. */
  readonly onRetry?: ((error: RosterError, pauseMs: number) => void) | undefined;
}

interface BackoffOptions extends Pick<RetryOptions, "onRetry"> {
  readonly retry: RetryPolicy;
  /** No attempt is made once one of them is aborted. */
  readonly signals: ReadonlyArray<AbortSignal | undefined>;
  /** Whether another attempt is any use. */
  readonly isWorthwhile: (error: RosterError) => boolean;
  /** No attempt is made after this time, by `performance.now()`. */
  readonly end?: number;
}

export interface Backoff {
  /** Resets the count of failures. */
  succeeded(): void;
  /** Waits before the next attempt, longer after each failure. Throws the error if another attempt is useless, or one too many. */
  failed(cause: unknown): Promise<void>;
}

/** Capped exponential backoff with jitter. If the server asks for a longer pause, that one is made. */
export function createBackoff({ signals, retry, onRetry, isWorthwhile, end = Infinity }: BackoffOptions): Backoff {
  let failures = 0;
  return {
    succeeded() {
      failures = 0;
    },
    async failed(cause) {
      failures += 1;
      const error = RosterError.from(cause);
      const longest = Math.min(retry.capMs, retry.baseMs * 2 ** (failures - 1));
      const pauseMs = Math.max(longest * (0.5 + Math.random() / 2), error.retryAfterMs ?? 0);
      const isLast = failures >= retry.maxFailures || performance.now() + pauseMs >= end;
      if (isLast || signals.some((signal) => signal?.aborted) || !isWorthwhile(error)) {
        throw error;
      }
      onRetry?.(error, pauseMs);
      try {
        await pause(pauseMs, signals);
      } catch (reason) {
        throw RosterError.from(reason, Code.Canceled);
      }
    },
  };
}

const TRANSIENT_CODES = new Set([Code.Unavailable, Code.Aborted, Code.Canceled, Code.Internal, Code.Unknown]);

/**
 * Whether the same call may succeed later. Roster gives a reason with each of its errors, so one without a reason comes from
 * a connection that broke or from something in between, and its code says little.
 */
export function isTransient(thrown: unknown): boolean {
  const error = RosterError.from(thrown);
  const { reason, code, rawMessage } = error;
  if (reason === undefined) {
    return TRANSIENT_CODES.has(code) || rawMessage.startsWith("protocol error: ");
  }
  return code === Code.Unavailable || code === Code.Canceled || isRefusedForNow(error);
}

/** Whether the server has done nothing yet, and says when to come again. */
export function isRefusedForNow({ code, reason, retryAfterMs }: RosterError): boolean {
  return code === Code.ResourceExhausted && reason !== undefined && retryAfterMs !== undefined;
}

/** Makes a call, and repeats it while it fails for transient reasons. Only for calls that are safe to repeat. */
export async function withRetry<T>(call: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { retry = PATIENT, signal, onRetry } = options;
  const backoff = createBackoff({ retry, signals: [signal], onRetry, isWorthwhile: isTransient });
  for (;;) {
    try {
      return await call();
    } catch (error) {
      await backoff.failed(error);
    }
  }
}
