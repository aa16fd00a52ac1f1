const BATCH = 1_000;

/** All rows, so many at a time: `read` gets the last row before, and how many to read. */
export async function* inBatches<R>(read: (after: R | undefined, limit: number) => Promise<R[]>): AsyncGenerator<R> {
  for (let last: R | undefined; ; ) {
    const rows = await read(last, BATCH);
    yield* rows;
    if (rows.length < BATCH) {
      return;
    }
    last = rows.at(-1);
  }
}
