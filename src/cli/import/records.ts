/** A line of NDJSON or a record of CSV, as it stands in the file. */
export interface RawRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly text: string;
  /** Why it can't be read; `text` is its beginning then. */
  readonly problem?: string;
  /** How many bytes of the file have been read with it. */
  readonly end: number;
}

/** Returns the position of the line feed that ends the current record, or -1. Remembers what it has seen of the record. */
type Scanner = (chunk: Uint8Array, from: number) => number;

/** The longest record that is read, in bytes. */
const MAX_RECORD_BYTES = 1024 * 1024;
/** How much of a longer one is shown. */
const SHOWN_BYTES = 1000;

const LF = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Ends a record at each line feed. */
export function lineScanner(): Scanner {
  return (chunk, from) => chunk.indexOf(LF, from);
}

/** Ends a record of CSV at each line feed outside quotes. A quote in the middle of plain text is ignored here; the parser refuses it. */
export function csvScanner(): Scanner {
  let state: "start" | "plain" | "quoted" | "closed" = "start";
  return (chunk, from) => {
    for (let at = from; at < chunk.length; at += 1) {
      const byte = chunk[at];
      if (state === "quoted") {
        state = byte === QUOTE ? "closed" : "quoted";
      } else if (byte === LF) {
        return at;
      } else if (byte === QUOTE) {
        state = state === "plain" ? "plain" : "quoted";
      } else {
        state = byte === COMMA ? "start" : "plain";
      }
    }
    return -1;
  };
}

/**
 * Splits a file into records, without blank ones, in constant memory: only the beginning of a record that is too long is kept. Such a
 * record ends with its line, even between quotes, so that a quote that is never closed does not swallow the file. The sizes of the
 * chunks make no difference.
 */
export async function* readRecords(
  chunks: AsyncIterable<Uint8Array>,
  createScanner: () => Scanner,
): AsyncGenerator<RawRecord> {
  const record = new RecordBuffer();
  let scan = createScanner();
  let read = 0;
  for await (const chunk of chunks) {
    let from = 0;
    while (from < chunk.length) {
      const feed = scan(chunk, from);
      const taken = record.push(chunk.subarray(from, feed === -1 ? chunk.length : feed + 1));
      from += taken;
      if (feed !== -1 && from === feed + 1) {
        yield* record.take(read + from);
        scan = createScanner();
      } else if (record.tooLong) {
        scan = lineScanner();
      }
    }
    read += chunk.length;
  }
  yield* record.take(read);
}

/** The bytes of the current record. */
class RecordBuffer {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  #line = 1;
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #feeds = 0;

  get tooLong(): boolean {
    return this.#bytes > MAX_RECORD_BYTES;
  }

  /** Returns how many of the bytes it has taken: at most up to the limit; beyond that it takes all, and keeps none. */
  push(bytes: Uint8Array): number {
    const part = this.tooLong ? bytes : bytes.subarray(0, MAX_RECORD_BYTES + 1 - this.#bytes);
    if (!this.tooLong) {
      this.#parts.push(part);
    }
    this.#bytes += part.length;
    this.#feeds += countFeeds(part);
    if (this.tooLong && this.#parts.length > 0) {
      this.#parts = [Buffer.concat(this.#parts, SHOWN_BYTES)];
    }
    return part.length;
  }

  /** Yields the record, unless it is blank, and starts the next. `end` is where it ends in the file. */
  *take(end: number): Generator<RawRecord> {
    const { text, problem } = this.#decode();
    if (problem !== undefined || text.trim() !== "") {
      yield { line: this.#line, text, end, ...(problem !== undefined && { problem }) };
    }
    this.#line += this.#feeds;
    this.#parts = [];
    this.#bytes = 0;
    this.#feeds = 0;
  }

  #decode(): { text: string; problem?: string } {
    const bytes = Buffer.concat(this.#parts);
    if (this.tooLong) {
      return { text: bytes.toString(), problem: `longer than ${MAX_RECORD_BYTES} bytes: only the beginning is shown` };
    }
    try {
      const text = this.#decoder.decode(bytes).replace(/\r?\n$/, "");
      return { text: this.#line === 1 ? text.replace(/^\ufeff/, "") : text };
    } catch {
      return { text: bytes.toString(), problem: "not UTF-8" };
    }
  }
}

function countFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    count += 1;
  }
  return count;
}
