import { RosterError } from "../errors.ts";
import type { AccountView } from "../store/account-view.ts";
import type { Store } from "../store/store.ts";
import type { EncodedUser, EncodedUserAt, UserReader } from "../store/users.ts";
import type { User } from "./user.ts";

/** How far an export has come. What a resume token seals: nothing else is kept of a stream. */
export interface ExportPosition {
  readonly accountId: string;
  /** The point in time; null until the account is first read. */
  readonly revision: number | null;
  /** The id of the last user delivered. */
  readonly after: string;
  /** Users delivered of this account. */
  readonly count: number;
  /** Users delivered of the accounts before it. */
  readonly countBefore: number;
}

export interface ExportPage {
  readonly users: ReadonlyArray<{ readonly id: string; readonly encoded: EncodedUser }>;
  readonly revision: number;
  /** The id up to which the account has been read. */
  readonly after: string;
  readonly done: boolean;
}

export interface ExportOptions {
  readonly showDeleted: boolean;
  /** Whether the user, as it was, is wanted. Default: every one is. */
  readonly passes?: ((user: User) => boolean) | undefined;
  /** The most users to read. */
  readonly limit: number;
  /** At which the account must be at least, if a replica of the database answers. Undefined: none does. */
  readonly minRevision?: number | undefined;
}

/** The most users read at a time: large ones must not fill the memory, and other calls run in between. */
const PAGE_LIMIT = 250;

/**
 * The next users of an account as they were at the revision of the position, or as they are now where it has none yet.
 * Throws RESUME_TOKEN_EXPIRED when the history no longer reaches back that far.
 */
export async function readExportPage(
  store: Store,
  position: ExportPosition,
  { showDeleted, passes, limit, minRevision }: ExportOptions,
): Promise<ExportPage> {
  const read = async ({ account, users }: AccountView): Promise<ExportPage> => {
    const revision = position.revision ?? account.revision;
    if (revision < account.historyFloor || revision > account.revision) {
      throw new RosterError("RESUME_TOKEN_EXPIRED", "the change history no longer reaches back to this export; begin again");
    }
    const rows = await readStates(users, revision, position.after, Math.min(limit, PAGE_LIMIT), passes);
    return {
      users: rows.flatMap(({ id, encoded, deleted }) =>
        encoded === null || (deleted && !showDeleted) ? [] : { id, encoded },
      ),
      revision,
      after: rows.at(-1)?.id ?? position.after,
      done: rows.length < Math.min(limit, PAGE_LIMIT),
    };
  };
  const least = minRevision === undefined ? undefined : () => Math.max(minRevision, position.revision ?? 0);
  return store.read(position.accountId, read, least);
}

async function readStates(
  users: UserReader,
  revision: number,
  after: string,
  limit: number,
  passes: ExportOptions["passes"],
): Promise<readonly EncodedUserAt[]> {
  if (passes === undefined) {
    return users.listEncodedAt(revision, after, limit);
  }
  const rows = await users.listAt(revision, after, limit);
  return rows.map(({ id, state }) => ({
    id,
    encoded: state !== null && passes(state) ? users.encode(state) : null,
    deleted: state?.deleteTime != null,
  }));
}
