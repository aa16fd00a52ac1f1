/** Microseconds since 1970-01-01T00:00:00Z, an integer. Good until the year 2255. */
export type Micros = number;

/** Gives the time. No two calls give the same. */
export type Clock = () => Micros;

/** A clock that never stands still and never goes back, even when the machine's clock does. */
export function createClock(millis: () => number = Date.now): Clock {
  let last = 0;
  return () => {
    last = Math.max(millis() * 1000, last + 1);
    return last;
  };
}

export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;
export const DAY: Micros = 24 * HOUR;
