import { causeText } from "../../directory/values/cause.ts";
import type { Log } from "../../log.ts";

const REPEAT_MS = 10_000;

/** Says why a start waits for its database: when a cause is new, and every ten seconds while it lasts. */
export function logWaiting(log: Log, now: () => number = () => performance.now()): (error: unknown) => void {
  const logged = new Map<string, number>();
  return (error) => {
    const cause = causeText(error);
    const time = now();
    if (time - (logged.get(cause) ?? Number.NEGATIVE_INFINITY) >= REPEAT_MS) {
      logged.set(cause, time);
      log.warn({ cause }, "waiting for the database");
    }
  };
}
