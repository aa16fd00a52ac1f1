/** Microseconds since 1970-01-01T00:00:00Z, an integer. Good until the year 2255. */
export type Micros = number;

/** Gives the time. No two calls give the same. */
export type Clock = () => Micros;

/**
 * A clock that never stands still and never goes back. While the machine's clock is behind what was shown, after it has been put back, this
 * one goes at half the pace: durations pass, and the machine's clock catches up. `elapsed` gives milliseconds that nobody puts back.
 */
export function createClock(millis: () => number = Date.now, elapsed: () => number = () => performance.now()): Clock {
  let last = 0;
  let at = elapsed();
  return () => {
    const before = at;
    at = elapsed();
    const halfPace = Math.max(Math.floor((at - before) * 500), 1);
    last = Math.max(millis() * 1000, last + halfPace);
    return last;
  };
}

export const SECOND: Micros = 1_000_000;
export const MINUTE: Micros = 60 * SECOND;
export const HOUR: Micros = 60 * MINUTE;
export const DAY: Micros = 24 * HOUR;
