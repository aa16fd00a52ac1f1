import type { RetryOptions } from "@roster/client";
import type { Connection } from "../options/connection.ts";
import { formatOf, type OutputOptions } from "../options/output.ts";
import type { Document } from "./document.ts";
import { showParts, write } from "./output.ts";
import { mapParts } from "./parts.ts";
import { noteRetry } from "./progress.ts";
import { createTable } from "./table.ts";

/** What one message of a watch brings, and the token that goes on after it. */
export interface Watched<T> {
  readonly rows: readonly T[];
  readonly token: string;
}

/** A watch, and how its rows are shown. */
export interface Watch<T> {
  open(options: RetryOptions): AsyncIterable<Watched<T>>;
  readonly titles: readonly string[];
  cellsOf(row: T): string[];
  documentOf(row: T): Document;
  /** What the token is called in the last row of a message. */
  readonly tokenName: string;
}

interface WatchOptions extends OutputOptions {
  readonly token?: string;
}

/** Shows what comes, until Ctrl-C, which is the good end of a watch, and says where to go on. */
export async function showWatch<T>(watch: Watch<T>, { baseUrl }: Connection, options: WatchOptions): Promise<void> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once("SIGINT", leave).once("SIGTERM", leave);
  try {
    await print(watch, messages(watch, baseUrl, options.token, leaving.signal), options);
  } finally {
    leave();
    process.off("SIGINT", leave).off("SIGTERM", leave);
  }
}

/** The messages that have rows. */
async function* messages<T>(
  watch: Watch<T>,
  baseUrl: string,
  token: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Watched<T>> {
  const aside = { note: (text: string) => process.stderr.write(`${text}\n`) };
  let last = token;
  try {
    for await (const message of watch.open({ signal, onRetry: noteRetry(aside, baseUrl) })) {
      if (message.rows.length > 0) yield message;
      last = message.token;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    if (last !== undefined) aside.note(`go on with --token ${last}`);
  }
}

async function print<T>(watch: Watch<T>, parts: AsyncIterable<Watched<T>>, options: OutputOptions): Promise<void> {
  const format = formatOf(options);
  if (format === "table") {
    const table = createTable(watch.titles);
    await write(mapParts(parts, ({ rows }) => table(rows.map(watch.cellsOf))));
  } else {
    await showParts(
      mapParts(parts, (message) => toDocuments(watch, message)),
      format,
    );
  }
}

function toDocuments<T>({ documentOf, tokenName }: Watch<T>, { rows, token }: Watched<T>): Document[] {
  return rows.map((row, index) => ({
    ...documentOf(row),
    ...(index === rows.length - 1 && { [tokenName]: token }),
  }));
}
