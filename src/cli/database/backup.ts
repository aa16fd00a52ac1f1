import { backUpDatabase } from "../../db/maintenance/backup.ts";
import { DatabaseTooOld } from "../../db/problem.ts";
import { verifyDatabase } from "../../db/verify/verify-database.ts";
import { userEncoder } from "../../rpc/users/user-encoder.ts";
import { UsageError } from "../errors.ts";
import { waitForSignal } from "../serve/signals.ts";
import { backUpOnSchedule } from "./backup-schedule.ts";
import { assertVerified } from "./verify.ts";

export interface BackupOptions {
  /** In milliseconds. Undefined: once. */
  readonly every?: number;
  readonly keep?: number;
  /** Whether every invariant of the copy is checked, too. */
  readonly verify: boolean;
}

const KEEP = 24;

/** Writes a copy of a database to a new file, or to a schedule to files in a folder. */
export async function backUp(databaseUrl: string, place: string, { every, keep, verify }: BackupOptions): Promise<void> {
  const once = (file: string) => backUpOnce(databaseUrl, file, verify);
  if (every === undefined) {
    if (keep !== undefined) throw new UsageError("--keep goes with --every: a single backup removes no other");
    await once(place);
    return;
  }
  const stopped = new AbortController();
  void waitForSignal().then(() => stopped.abort());
  await backUpOnSchedule({ folder: place, everyMs: every, keep: keep ?? KEEP }, once, stopped.signal);
}

/** Whether or not servers run on it. Throws if the copy breaks an invariant. */
async function backUpOnce(databaseUrl: string, file: string, verify: boolean): Promise<void> {
  await backUpDatabase(databaseUrl, file);
  if (verify) await verifyCopy(file);
  process.stdout.write(`backed up to ${file}\n`);
}

async function verifyCopy(file: string): Promise<void> {
  try {
    assertVerified(await verifyDatabase(`sqlite:${file}`, userEncoder), file);
  } catch (error) {
    // A copy before an upgrade: this version knows no invariants of that one.
    if (!(error instanceof DatabaseTooOld)) throw error;
    process.stdout.write(`note: not verified, since ${error.message}\n`);
  }
}
