import { type Format, readRows, type SourceRow } from "./source.ts";

/** What is known of a file once it has been read through. */
export interface Survey {
  readonly rows: number;
  readonly columns: readonly string[];
  /** Its first rows. */
  readonly sample: readonly SourceRow[];
}

const SAMPLE = 20;

/** Reads a file through, without keeping it. */
export async function survey(file: Blob, format: Format, signal: AbortSignal): Promise<Survey> {
  const columns = new Set<string>();
  const sample: SourceRow[] = [];
  let rows = 0;
  for await (const row of readRows(file, format)) {
    signal.throwIfAborted();
    rows += 1;
    if (sample.length < SAMPLE) sample.push(row);
    for (const column of Object.keys(row.cells)) columns.add(column);
  }
  return { rows, columns: [...columns], sample };
}
