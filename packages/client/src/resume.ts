import { Code, ConnectError } from "@connectrpc/connect";
import { createBackoff, type RetryOptions } from "./retry.ts";

/**
 * The messages of a stream that is opened again when it breaks. `open` gets the last message that arrived, to continue after it. Throws
 * the error of the stream when no further attempt is made.
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
    // Connect does not end the call when its stream is no longer read.
    leaving.abort();
  }
}

/** A watch never ends by itself, so an end without an error counts as a broken connection. */
export async function* endless<M>(stream: AsyncIterable<M>): AsyncGenerator<M> {
  yield* stream;
  throw new ConnectError("the stream has ended", Code.Unavailable);
}
