import type { Micros } from "../../directory/values/clock.ts";
import type { TrailChange, UserEntry } from "./ranges.ts";

/** Since when the history and the audit log have everything. */
export interface AuditWindow {
  readonly historyStart: Micros;
  readonly auditStart: Micros;
}

/** Holds the changes of users against what the audit log tells of them: each must have its like. */
export class AuditBalance {
  readonly #from: Micros;
  /** By user, type and time: how many changes more than entries there are. */
  readonly #balance = new Map<string, number>();
  readonly #purgeTimes = new Map<string, Micros>();

  constructor({ historyStart, auditStart }: AuditWindow) {
    this.#from = Math.max(historyStart, auditStart);
  }

  addChange({ user_id, type, commit_time }: Pick<TrailChange, "user_id" | "type" | "commit_time">): void {
    if (type === "PURGED") {
      this.#purgeTimes.set(user_id, commit_time);
    } else {
      this.#add(user_id, type, commit_time, 1);
    }
  }

  addEntry({ user_id, action, time }: UserEntry): void {
    // Who is purged has a pseudonym, which no id can be. An older server leaves the entries as they are.
    if (!user_id.includes(" ") && time > (this.#purgeTimes.get(user_id) ?? 0)) this.#add(user_id, action, time, -1);
  }

  *problems(): Generator<string> {
    for (const [key, difference] of this.#balance) {
      const [user, type, time] = key.split(" ");
      const change = `the change ${type} of user ${user} at ${new Date(Number(time) / 1000).toISOString()}`;
      if (difference > 0) yield `${change} is not in the log`;
      if (difference < 0) yield `${change} is in the log, and not in the history`;
    }
  }

  // The first of either log may be of a transaction of which a part was pruned.
  #add(user: string, type: string, time: Micros, difference: number): void {
    if (time <= this.#from) return;
    const key = `${user} ${type} ${time}`;
    this.#balance.set(key, (this.#balance.get(key) ?? 0) + difference);
  }
}
