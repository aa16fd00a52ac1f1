import { useEffect, useMemo, useRef, useState } from "react";
import type { WatchState } from "../../api/follow.ts";
import type { User, UserChange } from "../../api/schema.ts";
import { useWatch } from "../use-watch.ts";
import { afterChanges, type LiveList, UNCHANGED, withoutFlashes } from "./live-list.ts";
import { matchesQuery } from "./matches-query.ts";
import type { UserListQuery } from "./use-users.ts";

/** Many changes come at once: what is shown follows so often. */
const PACE_MS = 150;
const FLASH_MS = 2_600;
/** Changes since the list was read. */
const MOST_KEPT = 20_000;

interface LiveListOptions {
  readonly list: UserListQuery;
  /** The filter is wrong: nothing can be followed. */
  readonly wrong: boolean;
  readonly users: readonly User[];
  /** The account's revision at which the list was read. */
  readonly revision: bigint;
  readonly onGap: () => void;
}

/** Keeps a list that was read up to date in its place: users change where they stand, and nobody moves. */
export function useLiveList({
  list,
  wrong,
  users,
  revision,
  onGap,
}: LiveListOptions): LiveList & { readonly state: WatchState; readonly rows: readonly User[] } {
  const [live, setLive] = useState<LiveList>(UNCHANGED);
  const known = useMemo(() => new Map(users.map((user) => [user.id, user])), [users]);
  const waiting = useRef<UserChange[]>([]);
  const recent = useRef<UserChange[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const flash = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef({ known, list, revision });
  latest.current = { known, list, revision };

  const apply = (before: LiveList, changes: readonly UserChange[]) => {
    const { known: listed, list: now } = latest.current;
    const fits = (user: User) => matchesQuery(user, now.query);
    return afterChanges(before, changes, (id) => listed.get(id), fits, now.showDeleted);
  };
  const show = () => {
    timer.current = undefined;
    const changes = waiting.current.splice(0).filter((change) => change.revision > latest.current.revision);
    recent.current = [...recent.current, ...changes].slice(-MOST_KEPT);
    setLive((before) => apply(before, changes));
    clearTimeout(flash.current);
    flash.current = setTimeout(() => setLive(withoutFlashes), FLASH_MS);
  };
  const state = useWatch({
    accountId: list.accountId,
    filter: wrong ? undefined : list.filter,
    onChanges: (changes) => {
      waiting.current.push(...changes);
      timer.current ??= setTimeout(show, PACE_MS);
    },
    onGap,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: of another list nothing is known yet.
  useEffect(() => {
    recent.current = [];
    setLive(UNCHANGED);
  }, [list]);
  // What was read anew has all changes up to then; those after it may have come before it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it asks for what is the latest.
  useEffect(() => {
    recent.current = recent.current.filter((change) => change.revision > revision);
    setLive(withoutFlashes(apply(UNCHANGED, recent.current)));
  }, [revision]);
  const rows = useMemo(
    () => (live.users.size === 0 ? users : users.map((user) => live.users.get(user.id) ?? user)),
    [users, live.users],
  );
  return { ...live, rows, state };
}
