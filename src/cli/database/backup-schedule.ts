import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { makeFolder } from "../../db/sqlite/files.ts";
import { causeText } from "../../directory/values/cause.ts";

export interface Schedule {
  readonly folder: string;
  readonly everyMs: number;
  /** How many backups stay, the newest. */
  readonly keep: number;
}

/** After which a backup that has failed is tried again, if the next is not due before. */
const RETRY_MS = 60_000;

/**
 * Backs up until `signal` says stop. It goes by the files that are there: one that starts anew makes no backup before it is due. Older
 * backups go only after a new one was made and verified.
 */
export async function backUpOnSchedule(
  { folder, everyMs, keep }: Schedule,
  backUp: (file: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  makeFolder(folder);
  for (;;) {
    const wait = dueInMs(folder, everyMs);
    if (wait > 0) process.stdout.write(`next backup at ${new Date(Date.now() + wait).toISOString()}\n`);
    await pause(wait, signal);
    if (signal.aborted) {
      return;
    }
    const file = join(folder, nameAt(Date.now()));
    try {
      removeBrokenOff(folder, everyMs);
      await backUp(file);
      for (const { name } of listBackups(folder).slice(0, -keep)) rmSync(join(folder, name));
    } catch (error) {
      const suspect = setAside(folder, file);
      const retryMs = suspect === undefined ? Math.min(RETRY_MS, everyMs) : everyMs;
      const kept = suspect === undefined ? "" : `kept as ${suspect}; `;
      process.stderr.write(`roster: ${causeText(error)}\n${kept}tried again in ${retryMs / 1000} s\n`);
      await pause(retryMs, signal);
    }
  }
}

/** A backup that breaks an invariant is none, but may be all that there is: the last one is kept. Undefined: none was made. */
function setAside(folder: string, file: string): string | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  const suspect = join(folder, "roster-unverified.db");
  renameSync(file, suspect);
  return suspect;
}

/** 0: now. A clock that was ahead when the newest backup was made does not keep the next one waiting for longer than usual. */
function dueInMs(folder: string, everyMs: number): number {
  const newest = listBackups(folder).at(-1);
  return newest === undefined ? 0 : Math.min(everyMs, Math.max(0, newest.time + everyMs - Date.now()));
}

/** By time: `roster-2026-11-30T180000Z.db`. */
const NAME = /^roster-(\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d)Z\.db$/;

function nameAt(time: number): string {
  return `roster-${new Date(time).toISOString().slice(0, 19).replaceAll(":", "")}Z.db`;
}

interface Backup {
  readonly name: string;
  readonly time: number;
}

/** The oldest first. Other files are nobody's business. */
function listBackups(folder: string): Backup[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const [, day, hours, minutes, seconds] = NAME.exec(name) ?? [];
      return day === undefined ? [] : [{ name, time: Date.parse(`${day}${hours}:${minutes}:${seconds}Z`) }];
    });
}

/** What a process has left that was killed in the middle. */
function removeBrokenOff(folder: string, everyMs: number): void {
  for (const name of readdirSync(folder).filter((entry) => /^roster-.*\.part(-wal|-shm|-journal)?$/.test(entry))) {
    const path = join(folder, name);
    if (statSync(path).mtimeMs < Date.now() - everyMs) rmSync(path, { force: true });
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await setTimeout(ms, undefined, { signal }).catch(() => {});
}
