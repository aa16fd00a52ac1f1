import type { Client } from "@connectrpc/connect";
import { isTransient } from "../../api/problem.ts";
import type { ImportMode, User, UserService } from "../../api/schema.ts";
import type { SourceRow } from "../file/source.ts";
import { type BadRow, messageOf } from "./bad-rows.ts";

export interface ImportProgress {
  readonly taken: number;
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly bad: readonly BadRow[];
}

interface ImportRun {
  readonly client: Client<typeof UserService>;
  readonly accountId: string;
  readonly mode: ImportMode;
  /** Nothing is written. */
  readonly validateOnly: boolean;
  /** Names the import, so that the server knows a batch that it has had, and does not import it again. At most 24 characters. */
  readonly importId: string;
  readonly rows: AsyncGenerator<SourceRow>;
  readonly toUser: (row: SourceRow) => User;
  readonly onProgress: (progress: ImportProgress) => void;
  /** Ends it after the batches that are under way, so that what was counted is what landed. */
  readonly signal: AbortSignal;
}

interface Batch {
  readonly ordinal: number;
  readonly rows: readonly SourceRow[];
  readonly users: readonly User[];
  readonly unreadable: readonly BadRow[];
}

const ROWS = 500;
/** In characters of JSON: far below the largest message of a server. */
const MAX_LENGTH = 1024 * 1024;
const AT_ONCE = 3;
const TRIES = 6;
const FIRST_PAUSE_MS = 500;

/** Imports rows in batches, some at a time. A batch that fails for a passing reason is sent again, and lands once. */
export async function runImport(run: ImportRun): Promise<ImportProgress> {
  const bad: BadRow[] = [];
  let now: ImportProgress = { taken: 0, created: 0, updated: 0, skipped: 0, bad };
  const batches = toBatches(run.rows, run.toUser);
  let failed = false;
  const work = async () => {
    for (;;) {
      if (run.signal.aborted || failed) return;
      const { done, value: batch } = await batches.next();
      if (done) return;
      const landed = await send(run, batch);
      bad.push(...batch.unreadable, ...landed.bad);
      now = {
        taken: now.taken + batch.rows.length + batch.unreadable.length,
        created: now.created + landed.created,
        updated: now.updated + landed.updated,
        skipped: now.skipped + landed.skipped,
        bad,
      };
      run.onProgress(now);
    }
  };
  const fail = (error: unknown) => {
    failed = true;
    throw error;
  };
  const workers = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => work().catch(fail)));
  await batches.return(undefined);
  const lost = workers.find((worker) => worker.status === "rejected");
  if (lost !== undefined) throw lost.reason;
  return { ...now, bad: bad.toSorted((one, other) => one.row.line - other.row.line) };
}

async function send(run: ImportRun, { ordinal, rows, users }: Batch): Promise<Omit<ImportProgress, "taken">> {
  if (users.length === 0) return { created: 0, updated: 0, skipped: 0, bad: [] };
  const { client, accountId, mode, validateOnly, importId } = run;
  const requestId = `${importId}-${ordinal}`;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const answer = await client.importUsers({ accountId, mode, validateOnly, users: [...users], requestId });
      const bad = answer.failures.flatMap((failure) => {
        const row = rows[failure.index];
        return row === undefined ? [] : [{ row, message: messageOf(failure) }];
      });
      return { created: answer.created, updated: answer.updated, skipped: answer.skipped, bad };
    } catch (error) {
      if (attempt === TRIES || !isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** attempt * (0.5 + Math.random() / 2)));
    }
  }
}

/** The same rows are always cut into the same batches. */
async function* toBatches(source: AsyncGenerator<SourceRow>, toUser: (row: SourceRow) => User): AsyncGenerator<Batch> {
  let ordinal = 0;
  let length = 0;
  let [rows, users, unreadable]: [SourceRow[], User[], BadRow[]] = [[], [], []];
  const cut = (): Batch => {
    const batch = { ordinal, rows, users, unreadable };
    ordinal += 1;
    length = 0;
    [rows, users, unreadable] = [[], [], []];
    return batch;
  };
  for await (const row of source) {
    try {
      if (row.problem !== undefined) throw new Error(row.problem);
      users.push(toUser(row));
      rows.push(row);
    } catch (error) {
      unreadable.push({ row, message: error instanceof Error ? error.message : String(error) });
    }
    length += JSON.stringify(row.cells).length;
    if (rows.length + unreadable.length >= ROWS || length >= MAX_LENGTH) yield cut();
  }
  if (rows.length + unreadable.length > 0) yield cut();
}
