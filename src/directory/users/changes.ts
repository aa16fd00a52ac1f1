import { RosterError } from "../errors.ts";
import type { AccountView } from "../store/account-view.ts";
import type { Store } from "../store/store.ts";
import type { ChangeQuery, UserChange } from "./change.ts";
import type { User } from "./user.ts";

/** How far a reader has come. What a change token seals: nothing else is kept of a watch. */
export interface ChangePosition {
  readonly revision: number;
  /** Within the initial state at the revision: the id of the last user delivered. Null: after it, among the changes. */
  readonly stateAfter: string | null;
}

/** The place after every change up to a revision. */
export function afterRevision(revision: number): ChangePosition {
  return { revision, stateAfter: null };
}

/** The place before the first user of the state at a revision. */
export function beforeState(revision: number): ChangePosition {
  return { revision, stateAfter: "" };
}

export interface PlacedChange {
  readonly change: UserChange;
  /** The place after its transaction, or after this user of the state. */
  readonly end: ChangePosition;
}

export interface ChangePage {
  readonly changes: readonly PlacedChange[];
  readonly end: ChangePosition;
  /** There was nothing after this page when it was read. */
  readonly done: boolean;
}

/**
 * What comes after a place: first the rest of the state, then changes, whole transactions only, about `limit` at a time.
 * Throws CHANGE_TOKEN_EXPIRED when the history does not reach back to the place, or not yet up to it: after an older backup was restored.
 */
export function readChanges(
  store: Store,
  accountId: string,
  position: ChangePosition,
  query: ChangeQuery,
): Promise<ChangePage> {
  return store.read(accountId, async (view) => {
    const { historyFloor, revision } = view.account;
    if (position.revision < historyFloor || position.revision > revision) {
      throw new RosterError(
        "CHANGE_TOKEN_EXPIRED",
        "the change history does not have this place; begin with an initial state",
      );
    }
    return position.stateAfter === null
      ? listChanges(view, position.revision, query)
      : listState(view, position.revision, position.stateAfter, query.limit);
  });
}

async function listChanges({ account, changes }: AccountView, after: number, query: ChangeQuery): Promise<ChangePage> {
  const list = await changes.list(after, query);
  const last = list.changes.at(-1)?.revision ?? after;
  return {
    changes: list.changes.map((change) => ({ change, end: afterRevision(change.revision) })),
    end: afterRevision(list.done ? account.revision : last),
    done: list.done,
  };
}

async function listState(
  { account, users }: AccountView,
  revision: number,
  after: string,
  limit: number,
): Promise<ChangePage> {
  const rows = await users.listAt(revision, after, limit);
  const live = rows.flatMap(({ state }) => (state === null || state.deleteTime !== null ? [] : [state]));
  const read = rows.length < limit;
  return {
    changes: live.map((user) => ({ change: asCreated(user), end: { revision, stateAfter: user.id } })),
    end: { revision, stateAfter: read ? null : (rows.at(-1)?.id ?? after) },
    done: read && revision === account.revision,
  };
}

function asCreated(user: User): UserChange {
  const { id, version, revision, updateTime } = user;
  const unknown = { before: null, changedFields: [], apiKeyId: null, requestId: null };
  return { type: "CREATED", userId: id, version, revision, commitTime: updateTime, user, ...unknown };
}
