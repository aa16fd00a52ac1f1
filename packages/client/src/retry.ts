import { durationMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { RetryInfoSchema } from "../gen/google/rpc/error_details_pb.js";
import { errorReason } from "./errors.ts";
import { pause } from "./pause.ts";

export interface RetryPolicy {
  /** The error is thrown after this many failures without progress in between. */
  readonly maxFailures: number;
  /** The pause after the first failure, in milliseconds. It doubles with each further one. */
  readonly baseMs: number;
  /** The longest pause, in milliseconds. */
  readonly capMs: number;
}

/** About forty seconds in all, which is enough for a server to be replaced. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = { maxFailures: 14, baseMs: 100, capMs: 5_000 };

export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly retry?: RetryPolicy | undefined;
  /** Called before each new attempt, with the failure and the pause. */
  readonly onRetry?: ((error: ConnectError, pauseMs: number) => void) | undefined;
}

export interface Backoff {
  /** Resets the count of failures. */
  succeeded(): void;
  /** Waits before the next attempt, longer after each failure. Throws the error if another attempt is useless, or one too many. */
  failed(error: unknown): Promise<void>;
}

/** Capped exponential backoff with jitter. If the server asks for a longer pause, that one is made. */
export function createBackoff({ signal, retry = DEFAULT_RETRY_POLICY, onRetry }: RetryOptions): Backoff {
  let failures = 0;
  return {
    succeeded() {
      failures = 0;
    },
    async failed(cause) {
      failures += 1;
      if (signal?.aborted || !isTransient(cause) || failures >= retry.maxFailures) {
        throw cause;
      }
      const error = ConnectError.from(cause);
      const longest = Math.min(retry.capMs, retry.baseMs * 2 ** (failures - 1));
      const pauseMs = Math.max(longest * (0.5 + Math.random() / 2), requestedPauseMs(error));
      onRetry?.(error, pauseMs);
      await pause(pauseMs, signal);
    },
  };
}

/** Makes a call, and repeats it while it fails for transient reasons. Only for calls that are safe to repeat. */
export async function withRetry<T>(call: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const backoff = createBackoff(options);
  for (;;) {
    try {
      return await call();
    } catch (error) {
      await backoff.failed(error);
    }
  }
}

const TRANSIENT_CODES = new Set([Code.Unavailable, Code.Aborted, Code.Canceled, Code.Internal, Code.Unknown]);

/**
 * Whether the same call may succeed later. Roster gives a reason with each of its errors, so one without a reason comes from
 * a connection that broke or from something in between, and its code says little.
 */
export function isTransient(error: unknown): boolean {
  const { code, rawMessage } = ConnectError.from(error);
  const reason = errorReason(error);
  if (reason !== undefined) {
    return code === Code.Unavailable || code === Code.Canceled;
  }
  return TRANSIENT_CODES.has(code) || rawMessage.startsWith("protocol error: ");
}

function requestedPauseMs(error: ConnectError): number {
  const [info] = error.findDetails(RetryInfoSchema);
  return info?.retryDelay === undefined ? 0 : durationMs(info.retryDelay);
}
