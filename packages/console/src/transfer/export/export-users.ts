import type { Client } from "@connectrpc/connect";
import { isTransient } from "../../api/problem.ts";
import type { UserService } from "../../api/schema.ts";
import type { Format } from "../file/source.ts";
import type { Sink } from "./sink.ts";
import { headLines, userLines } from "./user-lines.ts";

interface ExportRun {
  readonly client: Client<typeof UserService>;
  readonly accountId: string;
  readonly filter: string;
  readonly showDeleted: boolean;
  readonly format: Format;
  readonly sink: Sink;
  readonly onProgress: (users: number) => void;
  readonly signal: AbortSignal;
}

const CHUNK_SIZE = 1_000;
const TRIES = 6;
const FIRST_PAUSE_MS = 500;

/** Writes all users as they are at one moment. A stream that breaks goes on where it was. Throws unless the server's count agrees. */
export async function exportUsers(run: ExportRun): Promise<number> {
  const { client, accountId, filter, showDeleted, format, sink, onProgress, signal } = run;
  let resumeToken = "";
  let count = 0;
  let failures = 0;
  await sink.write(headLines(format));
  for (;;) {
    try {
      const request = { accountId, filter, showDeleted, chunkSize: CHUNK_SIZE, resumeToken };
      for await (const chunk of client.listUsersChunked(request, { signal })) {
        await sink.write(userLines(chunk.users, format));
        count += chunk.users.length;
        resumeToken = chunk.resumeToken;
        failures = 0;
        onProgress(count);
        if (chunk.summary !== undefined) {
          if (chunk.summary.userCount === BigInt(count)) return count;
          throw new Incomplete(`the server counts ${chunk.summary.userCount} users, but ${count} came`);
        }
      }
      throw new Incomplete(`the stream ended after ${count} users, without a summary`);
    } catch (error) {
      failures += 1;
      if (signal.aborted || error instanceof Incomplete || failures === TRIES || !isTransient(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** failures * (0.5 + Math.random() / 2)));
    }
  }
}

/** What was written is not all there is. */
class Incomplete extends Error {
  constructor(why: string) {
    super(`The export is incomplete: ${why}. Nothing was kept of it.`);
  }
}
