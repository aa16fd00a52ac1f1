import { type Client, Code, ConnectError } from "@connectrpc/connect";
import type { User } from "../gen/roster/v1/user_pb.js";
import type { ListUsersChunkedResponse, UserService } from "../gen/roster/v1/user_service_pb.js";
import { RosterError } from "./errors.ts";
import { resumed, type StreamContext } from "./resume.ts";
import type { RetryOptions } from "./retry.ts";

/** The part of a client of UserService that exports. */
type UserExporter = Pick<Client<typeof UserService>, "listUsersChunked">;

export interface ChunksOptions extends RetryOptions {
  /** Default: the key's account. `-`: all accounts. */
  readonly accountId?: string | undefined;
  /** The most users in one chunk. Default: 500; at most 5000. */
  readonly chunkSize?: number | undefined;
  readonly showDeleted?: boolean | undefined;
  /** Which users, in CEL. Default: all. */
  readonly filter?: string | undefined;
  /** Continues after the chunk with this token. All other options but `chunkSize` must be the same as before. */
  readonly resumeToken?: string | undefined;
  /** `userCount` of the chunk with the `resumeToken`. Without it a resumed export can't be checked for completeness. */
  readonly userCount?: number | undefined;
}

export interface UserChunk {
  readonly users: User[];
  /** Continues after this chunk, in this process or another. */
  readonly resumeToken: string;
  /** Users delivered since the export began, those of this chunk included. */
  readonly userCount: number;
  /** True for the last chunk: what was delivered has been checked against the server's own count. */
  readonly complete: boolean;
  /** On the last chunk of an account: `watch` goes on from here. Empty on other chunks, and in an export of all accounts. */
  readonly changeToken: string;
}

/**
 * Every user as of the moment of the first chunk, each exactly once, in chunks. Resumes by itself when the stream breaks. Throws DATA_LOSS if
 * the server's count differs from what was delivered, or is missing, and the server's error when no further attempt is made.
 */
export async function* exportChunks(
  client: UserExporter,
  options: ChunksOptions,
  context: StreamContext,
): AsyncGenerator<UserChunk, void> {
  const checked = !options.resumeToken || options.userCount !== undefined;
  let userCount = options.userCount ?? 0;
  for await (const { users, resumeToken, summary } of receive(client, options, context)) {
    userCount += users.length;
    const complete = summary !== undefined && (options.accountId !== ALL_ACCOUNTS || summary.accountId === ALL_ACCOUNTS);
    if (complete && checked && summary.userCount !== BigInt(userCount)) {
      throw dataLoss(`the server counts ${summary.userCount} users, but ${userCount} were delivered`);
    }
    yield { users, resumeToken, userCount, complete, changeToken: summary?.changeToken ?? "" };
    if (complete) {
      return;
    }
  }
  throw dataLoss(`the stream ended after ${userCount} users without a summary`);
}

const ALL_ACCOUNTS = "-";

function receive(
  client: UserExporter,
  options: ChunksOptions,
  context: StreamContext,
): AsyncGenerator<ListUsersChunkedResponse> {
  const { accountId = "", chunkSize = 0, showDeleted = false, filter = "" } = options;
  return resumed<ListUsersChunkedResponse>(
    (last, signal) => {
      const resumeToken = last?.resumeToken ?? options.resumeToken ?? "";
      return client.listUsersChunked({ accountId, chunkSize, showDeleted, filter, resumeToken }, { signal });
    },
    options,
    context,
  );
}

function dataLoss(message: string): RosterError {
  return RosterError.from(new ConnectError(`the export is incomplete: ${message}`, Code.DataLoss));
}
