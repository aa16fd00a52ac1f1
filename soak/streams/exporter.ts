import { setTimeout } from "node:timers/promises";
import type { User } from "@roster/client";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import { readResumed, type StreamParts } from "./resumed.ts";

/** An export that was complete. */
export interface FinishedExport {
  readonly revision: bigint;
  readonly showDeleted: boolean;
  /** Version and e-tag of each user. */
  readonly users: ReadonlyMap<string, Pick<User, "version" | "etag">>;
}

const PAUSE_MS = 400;
const MAX_PENDING = 20;
/** How often a reader leaves of its own accord, after a message. */
const BREAK_OFF = 0.1;

/** Exports all users again and again. What was exported is compared at the next check, when it is known what it should be. */
export class Exporter {
  finished: FinishedExport[] = [];

  async run(parts: StreamParts): Promise<void> {
    while (!parts.signal.aborted) {
      const finished = await exportOnce(parts);
      if (finished !== undefined && this.finished.length < MAX_PENDING) this.finished.push(finished);
      await setTimeout(PAUSE_MS, undefined, { signal: parts.signal }).catch(() => {});
    }
  }
}

async function exportOnce(parts: StreamParts): Promise<FinishedExport | undefined> {
  const { random, meter } = parts;
  const showDeleted = random.chance(0.5);
  const users = new Map<string, Pick<User, "version" | "etag">>();
  let [resumeToken, last] = ["", ""];
  let revision: bigint | undefined;
  let isComplete = false;
  await readResumed(
    parts,
    "an export",
    (client, signal) =>
      client.users.listUsersChunked(
        { showDeleted, resumeToken, chunkSize: 50 + random.below(400) },
        { signal, timeoutMs: 0 },
      ),
    (message) => {
      resumeToken = message.resumeToken;
      revision ??= message.revision;
      if (message.revision !== revision) throw broken(`it was of revision ${revision}, and then of ${message.revision}`);
      for (const { id, version, etag } of message.users) {
        if (id <= last) throw broken(`user ${id} comes after ${last}`);
        last = id;
        users.set(id, { version, etag });
      }
      if (message.summary !== undefined) {
        isComplete = true;
        if (message.summary.userCount !== BigInt(users.size)) {
          throw broken(`the server counts ${message.summary.userCount} users, ${users.size} came`);
        }
      }
      return !isComplete && random.chance(BREAK_OFF) ? "break off" : "go on";
    },
  );
  if (!isComplete) {
    if (parts.signal.aborted) return undefined;
    throw broken("it ended without a summary");
  }
  meter.exports += 1;
  meter.exportedUsers += users.size;
  return { revision: revision ?? 0n, showDeleted, users };
}

function broken(what: string): BrokenPromise {
  return new BrokenPromise(PROMISES.export, what);
}
