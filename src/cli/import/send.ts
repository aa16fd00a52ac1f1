import { randomUUID } from "node:crypto";
import { type ImportMode, type ImportUsersRequest, type ImportUsersResponse, withRetry } from "@roster/client";
import type { Connection } from "../options/connection.ts";
import { noteRetry, type Progress } from "../terminal/progress.ts";
import { type BadRow, type ErrorsFile, refused, unreadable } from "./bad-rows.ts";
import { type Batch, goodRows, importRequest } from "./batches.ts";
import type { Row } from "./rows.ts";

/** Counts of rows. */
export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly failed: number;
  /** How many of them an earlier run had imported. */
  readonly repeated: number;
}

interface SendOptions {
  readonly mode: ImportMode;
  /** Imports again what earlier runs have imported. */
  readonly fresh: boolean;
  readonly errors: ErrorsFile;
  readonly progress: Progress;
}

/** Imports the batches one after the other; the next is read while the server works on one. */
export async function importBatches(
  batches: AsyncGenerator<Batch>,
  connection: Connection,
  { mode, fresh, errors, progress }: SendOptions,
): Promise<ImportResult> {
  const { accountId } = connection;
  const salt = fresh ? randomUUID() : "";
  const { revision: before } = await connection.users.lookupUsers({ accountId });
  let total: ImportResult = { created: 0, updated: 0, skipped: 0, failed: 0, repeated: 0 };
  let rows = 0;
  for await (const batch of readAhead(batches)) {
    const response = await send(importRequest(batch, { accountId, mode }, salt), connection, progress);
    const bad = badRows(batch, response);
    await errors.write(bad);
    const { created = 0, updated = 0, skipped = 0 } = response ?? {};
    total = {
      created: total.created + created,
      updated: total.updated + updated,
      skipped: total.skipped + skipped,
      failed: total.failed + bad.length,
      // A batch that changes something gets a new revision. An old one means that this is the answer to an earlier run.
      repeated: total.repeated + (response !== undefined && response.revision <= before ? created + updated : 0),
    };
    rows += batch.rows.length;
    progress.update(batch.rows.at(-1)?.end ?? 0, rows);
  }
  return total;
}

/** Safe to repeat: the request has an id. Undefined if there is nothing to send. */
async function send(
  request: ImportUsersRequest,
  { users, baseUrl }: Connection,
  progress: Progress,
): Promise<ImportUsersResponse | undefined> {
  if (request.users.length === 0) {
    return undefined;
  }
  return withRetry(() => users.importUsers(request), { onRetry: noteRetry(progress, baseUrl) });
}

/** In the order of the file. */
function badRows(batch: Batch, response: ImportUsersResponse | undefined): BadRow[] {
  const sent = goodRows(batch);
  const failures = new Map<Row | undefined, NonNullable<ImportUsersResponse["failures"][number]["status"]>>();
  for (const { index, status } of response?.failures ?? []) {
    if (status !== undefined) failures.set(sent[index], status);
  }
  return batch.rows.flatMap((row) => {
    const status = failures.get(row);
    if ("problem" in row.parsed) {
      return unreadable(row, row.parsed.problem);
    }
    return status === undefined ? [] : refused(row, status);
  });
}

/** Requests the next item before the current one is used. */
async function* readAhead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = items.next();
  for (;;) {
    const { done, value } = await next;
    if (done) {
      return;
    }
    next = items.next();
    // A failure is thrown by the await above.
    next.catch(() => {});
    yield value;
  }
}
