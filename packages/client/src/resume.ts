import { Code, ConnectError } from "@connectrpc/connect";
import type { RosterError } from "./errors.ts";
import { createBackoff, isTransient, PATIENT, type RetryOptions } from "./retry.ts";

/** What streams must know of their client. */
export interface StreamContext {
  /** Aborted when the client is closed. */
  readonly closed: () => AbortSignal;
  /** Whether the client gets another token when one is refused. */
  readonly renewsTokens: boolean;
}

interface ResumeOptions extends RetryOptions {
  /** A stream that sends nothing for so long, in milliseconds, is given up. Default: none is. */
  readonly silenceMs?: number;
}

/** A watch of which nothing has been heard for so long is dead: the server sends something every 15 seconds. */
export const SILENCE_MS = 45_000;

/**
 * The messages of a stream that is opened again when it breaks. `open` gets the last message that arrived, to continue after it. Throws
 * the error of the stream when no further attempt is made.
 */
export async function* resumed<M>(
  open: (last: M | undefined, signal: AbortSignal) => AsyncIterable<M>,
  { retry = PATIENT, silenceMs, ...options }: ResumeOptions,
  { closed, renewsTokens }: StreamContext,
): AsyncGenerator<M, void> {
  const signal = anyOf(closed(), options.signal);
  const tokens = new RefusedTokens(renewsTokens);
  const isWorthwhile = (error: RosterError) => tokens.isFirst(error) || isTransient(error);
  const backoff = createBackoff({ ...options, retry, signals: [signal], isWorthwhile });
  let last: M | undefined;
  for (;;) {
    const stream = attempt((attempted) => open(last, attempted), signal, silenceMs);
    try {
      for await (const message of stream) {
        backoff.succeeded();
        tokens.accepted();
        last = message;
        yield message;
      }
      return;
    } catch (error) {
      await backoff.failed(error);
    }
  }
}

/** A token that ends while a stream goes on has another in its place; if that is refused, too, there is none. */
class RefusedTokens {
  readonly #renews: boolean;
  #refused = 0;

  constructor(renews: boolean) {
    this.#renews = renews;
  }

  isFirst({ reason }: RosterError): boolean {
    if (!this.#renews || reason !== "TOKEN_INVALID") return false;
    this.#refused += 1;
    return this.#refused === 1;
  }

  accepted(): void {
    this.#refused = 0;
  }
}

/** The stream, which ends when it is no longer read: Connect does not see to that. */
async function* attempt<M>(
  open: (signal: AbortSignal) => AsyncIterable<M>,
  signal: AbortSignal,
  silenceMs: number | undefined,
): AsyncGenerator<M> {
  const leaving = new AbortController();
  const stream = open(anyOf(leaving.signal, signal))[Symbol.asyncIterator]();
  const silence = new ConnectError(`the stream has been silent for ${silenceMs} ms`, Code.Unavailable);
  try {
    for (;;) {
      const timer = silenceMs && setTimeout(() => leaving.abort(silence), silenceMs);
      const { done, value } = await stream.next().finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw leaving.signal.reason === silence ? silence : error;
  } finally {
    leaving.abort();
  }
}

function anyOf(first: AbortSignal, second: AbortSignal | undefined): AbortSignal {
  return second === undefined ? first : AbortSignal.any([first, second]);
}

/** A watch never ends by itself, so an end without an error counts as a broken connection. */
export async function* endless<M>(stream: AsyncIterable<M>): AsyncGenerator<M> {
  yield* stream;
  throw new ConnectError("the stream has ended", Code.Unavailable);
}
