import { createBackoff, type RetryOptions } from "./retry.ts";

/**
 * The messages of a stream, and of those that take its place when it breaks: `open` gets the last message that came, to go on
 * after it. Throws what the stream ends with when trying again does not help.
 */
export async function* resumed<M>(
  open: (last: M | undefined, signal: AbortSignal) => AsyncIterable<M>,
  options: RetryOptions,
): AsyncGenerator<M, void> {
  const backoff = createBackoff(options);
  const leaving = new AbortController();
  const signal = options.signal === undefined ? leaving.signal : AbortSignal.any([options.signal, leaving.signal]);
  let last: M | undefined;
  let stream = open(last, signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      let next: IteratorResult<M>;
      try {
        next = await stream.next();
      } catch (error) {
        await backoff.failed(error);
        stream = open(last, signal)[Symbol.asyncIterator]();
        continue;
      }
      if (next.done) {
        return;
      }
      backoff.succeeded();
      last = next.value;
      yield next.value;
    }
  } finally {
    // Connect's stream does not notice by itself that nobody reads it any more.
    leaving.abort();
  }
}
