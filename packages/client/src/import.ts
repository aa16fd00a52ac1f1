import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { type Client, ConnectError } from "@connectrpc/connect";
import { type User, UserSchema } from "../gen/roster/v1/user_pb.js";
import type { ImportFailure, ImportMode, ImportUsersResponse, UserService } from "../gen/roster/v1/user_service_pb.js";
import { RosterError } from "./errors.ts";

/** A user as a caller gives it. */
export type NewUser = MessageInitShape<typeof UserSchema>;

export type NewUsers = Iterable<NewUser> | AsyncIterable<NewUser>;

export interface ImportOptions {
  /** Default: the key's account. */
  readonly accountId?: string;
  /** What happens to users that exist. Default: create only. */
  readonly mode?: ImportMode;
  /** Checks only. */
  readonly validateOnly?: boolean;
  /** The most users in one call. Default: 500; at most 1000. */
  readonly batchSize?: number;
  /** Calls under way at a time. Default: 4. With 1, users land in the order in which they come. */
  readonly concurrency?: number;
  /** Called after each call, with what there is so far. */
  readonly onProgress?: (progress: ImportCounts) => void;
  /** Called for each user that is not taken, which the result then does not list. */
  readonly onBadRow?: (row: BadRow) => void;
  readonly signal?: AbortSignal;
}

export interface ImportCounts {
  readonly created: number;
  readonly updated: number;
  readonly skipped: number;
  readonly failed: number;
}

/** A user that the server does not take. */
export interface BadRow {
  /** Its place among all users that came, from 0. */
  readonly index: number;
  readonly user: NewUser;
  readonly error: RosterError;
}

export interface ImportResult extends ImportCounts {
  /** By rising index. */
  readonly badRows: readonly BadRow[];
  /** The account's revision, after the import. */
  readonly revision: bigint;
}

interface Batch {
  /** Of its first user. */
  readonly index: number;
  readonly users: readonly User[];
}

/**
 * Imports any number of users, in several calls at a time. A call that fails for a transient reason is made again, and lands once. Throws
 * when one fails for good; those before it have landed.
 */
export async function importAll(
  { importUsers }: Pick<Client<typeof UserService>, "importUsers">,
  users: NewUsers,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const { accountId = "", mode = 0, validateOnly = false, concurrency = 4, signal } = options;
  const failing = new AbortController();
  const signals = AbortSignal.any([failing.signal, ...(signal ? [signal] : [])]);
  const tally = new Tally(options);
  const batches = toBatches(users, Math.min(options.batchSize ?? 500, MAX_ROWS));
  const work = async () => {
    for (;;) {
      const { done, value: batch } = await batches.next();
      if (done || signals.aborted) return;
      const request = { accountId, mode, validateOnly, users: [...batch.users] };
      tally.add(batch, await importUsers(request, { signal: signals }));
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, concurrency) }, work));
    signal?.throwIfAborted();
    return tally.result();
  } catch (error) {
    failing.abort();
    // Not awaited: the source may never answer.
    batches.return(undefined).catch(() => {});
    throw error;
  }
}

class Tally {
  readonly #badRows: BadRow[] = [];
  readonly #options: ImportOptions;
  #counts: ImportCounts = { created: 0, updated: 0, skipped: 0, failed: 0 };
  #revision = 0n;

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  add({ index, users }: Batch, { created, updated, skipped, failures, revision }: ImportUsersResponse): void {
    const counts = this.#counts;
    this.#counts = {
      created: counts.created + created,
      updated: counts.updated + updated,
      skipped: counts.skipped + skipped,
      failed: counts.failed + failures.length,
    };
    if (revision > this.#revision) this.#revision = revision;
    const { onBadRow = (row) => this.#badRows.push(row), onProgress } = this.#options;
    for (const failure of failures) {
      const user = users[failure.index];
      if (user !== undefined) onBadRow({ index: index + failure.index, user, error: errorOf(failure) });
    }
    onProgress?.(this.#counts);
  }

  result(): ImportResult {
    return { ...this.#counts, badRows: this.#badRows.sort((a, b) => a.index - b.index), revision: this.#revision };
  }
}

/** What the call would have thrown, had the user come alone. */
function errorOf({ status }: ImportFailure): RosterError {
  const error = new ConnectError(status?.message ?? "", status?.code);
  error.details = (status?.details ?? []).map(({ typeUrl, value }) => ({ type: typeUrl.replace(/^.*\//, ""), value }));
  return new RosterError(error);
}

const MAX_ROWS = 1000;
/** Well below the largest message of a server. */
const MAX_BYTES = 2 * 1024 * 1024;

async function* toBatches(source: NewUsers, maxRows: number): AsyncGenerator<Batch, undefined> {
  let index = 0;
  let users: User[] = [];
  let bytes = 0;
  for await (const each of source) {
    const user = create(UserSchema, each);
    const { length } = toBinary(UserSchema, user);
    if (users.length > 0 && (users.length >= maxRows || bytes + length > MAX_BYTES)) {
      yield { index, users };
      index += users.length;
      users = [];
      bytes = 0;
    }
    users.push(user);
    bytes += length;
  }
  if (users.length > 0) yield { index, users };
}
