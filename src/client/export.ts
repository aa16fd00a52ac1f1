import { type Client, Code, ConnectError } from "@connectrpc/connect";
import type { User } from "../../gen/roster/v1/user_pb.js";
import type { ListUsersChunkedResponse, UserService } from "../../gen/roster/v1/user_service_pb.js";
import { createBackoff, type RetryOptions } from "./retry.ts";

/** The part of a client of UserService that exports. */
export type UserExporter = Pick<Client<typeof UserService>, "listUsersChunked">;

export interface ExportOptions extends RetryOptions {
  /** Default: the key's account. `-`: all accounts. */
  readonly accountId?: string | undefined;
  /** The most users in one chunk. Default: 500; at most 5000. */
  readonly chunkSize?: number | undefined;
  readonly showDeleted?: boolean | undefined;
  /** Goes on after the chunk that had this token. The other options, `chunkSize` aside, must be the same as then. */
  readonly resumeToken?: string | undefined;
  /** `userCount` of the chunk that had the `resumeToken`. Without it a resumed export can't be checked for completeness. */
  readonly userCount?: number | undefined;
}

export interface ExportChunk {
  readonly users: User[];
  /** Goes on after this chunk, in this process or another. */
  readonly resumeToken: string;
  /** Users delivered since the export began, those of this chunk included. */
  readonly userCount: number;
  /** True for the last chunk: what was delivered has been checked against the server's own count. */
  readonly complete: boolean;
}

/**
 * Every user as of the moment of the first chunk, each exactly once, in chunks:
 *
 *     for await (const users of exportUsers(roster.users)) { … }
 *
 * Resumes by itself when the stream breaks. Throws DATA_LOSS if in the end the server counts other than was delivered, or
 * ends the stream without a count; and the server's error when trying again does not help.
 */
export async function* exportUsers(client: UserExporter, options: ExportOptions = {}): AsyncGenerator<User[], void> {
  for await (const { users } of exportChunks(client, options)) {
    if (users.length > 0) {
      yield users;
    }
  }
}

/** As `exportUsers`, with what it takes to go on later, in another process. */
export async function* exportChunks(client: UserExporter, options: ExportOptions = {}): AsyncGenerator<ExportChunk, void> {
  const checked = !options.resumeToken || options.userCount !== undefined;
  let userCount = options.userCount ?? 0;
  for await (const { users, resumeToken, summary } of receive(client, options)) {
    userCount += users.length;
    const complete = summary !== undefined && (options.accountId !== ALL_ACCOUNTS || summary.accountId === ALL_ACCOUNTS);
    if (complete && checked && summary.userCount !== BigInt(userCount)) {
      throw dataLoss(`the server counts ${summary.userCount} users, but ${userCount} were delivered`);
    }
    yield { users, resumeToken, userCount, complete };
    if (complete) {
      return;
    }
  }
  throw dataLoss(`the stream ended after ${userCount} users without a summary`);
}

const ALL_ACCOUNTS = "-";

/** The messages of the stream, and of those that take its place when it breaks. */
async function* receive(client: UserExporter, options: ExportOptions): AsyncGenerator<ListUsersChunkedResponse> {
  const { accountId = "", chunkSize = 0, showDeleted = false, signal } = options;
  const backoff = createBackoff(options);
  const leaving = new AbortController();
  const open = (resumeToken: string) =>
    client
      .listUsersChunked(
        { accountId, chunkSize, showDeleted, resumeToken },
        { signal: signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]) },
      )
      [Symbol.asyncIterator]();
  let resumeToken = options.resumeToken ?? "";
  let stream = open(resumeToken);
  try {
    for (;;) {
      let next: IteratorResult<ListUsersChunkedResponse>;
      try {
        next = await stream.next();
      } catch (error) {
        await backoff.failed(error);
        stream = open(resumeToken);
        continue;
      }
      if (next.done) {
        return;
      }
      backoff.succeeded();
      resumeToken = next.value.resumeToken;
      yield next.value;
    }
  } finally {
    // Connect's stream does not notice by itself that nobody reads it any more.
    leaving.abort();
  }
}

function dataLoss(message: string): ConnectError {
  return new ConnectError(`the export is incomplete: ${message}`, Code.DataLoss);
}
