import { type User, type UserChange, UserChangeType } from "../../api/schema.ts";
import type { Mark } from "../../ui/table/types.ts";

/** What has happened to a list since it was read. */
export interface LiveList {
  /** Users of the list as they are now. */
  readonly users: ReadonlyMap<string, User>;
  readonly marks: ReadonlyMap<string, Mark>;
  /** Users who would be in the list, were it read now. */
  readonly arrived: ReadonlySet<string>;
}

export const UNCHANGED: LiveList = { users: new Map(), marks: new Map(), arrived: new Set() };

/** As many are told one by one; beyond it they are more than anybody looks at. */
const MOST_ARRIVED = 10_000;

/** The list after changes. `listed`: a user of the list as it was read, if it is there. `fits`: whether a user may be in the list. */
export function afterChanges(
  live: LiveList,
  changes: readonly UserChange[],
  listed: (id: string) => User | undefined,
  fits: (user: User) => boolean,
  showDeleted: boolean,
): LiveList {
  const users = new Map(live.users);
  const marks = new Map(live.marks);
  const arrived = new Set(live.arrived);
  for (const { type, userId, version, user } of changes) {
    const before = users.get(userId) ?? listed(userId);
    const gone = user === undefined || (type === UserChangeType.DELETED && !showDeleted);
    if (before === undefined) {
      if (gone) arrived.delete(userId);
      else if (fits(user) && arrived.size < MOST_ARRIVED) arrived.add(userId);
    } else if (gone || version > before.version) {
      if (user !== undefined) users.set(userId, user);
      marks.set(userId, gone ? "gone" : marks.get(userId) === "changed" ? "changed-again" : "changed");
    }
  }
  return { users, marks, arrived };
}

/** Rows light up for a moment; what is gone stays marked. */
export function withoutFlashes(live: LiveList): LiveList {
  return { ...live, marks: new Map([...live.marks].filter(([, mark]) => mark === "gone")) };
}
