import { expect, test } from "vitest";
import { createClock } from "../../../src/directory/values/clock.ts";

const stopped = () => 0;

test("the clock gives microseconds, as integers", () => {
  const clock = createClock(() => 1_700_000_000_123, stopped);
  expect(clock()).toBe(1_700_000_000_123_000);
});

test("no two calls give the same time, within a millisecond too", () => {
  const clock = createClock(() => 5, stopped);
  expect([clock(), clock(), clock()]).toEqual([5_000, 5_001, 5_002]);
});

test("the clock follows the machine's as it goes on", () => {
  let millis = 5;
  const clock = createClock(() => millis, stopped);
  clock();
  clock();
  millis = 6;
  expect(clock()).toBe(6_000);
});

test("the clock never goes back, even when the machine's does", () => {
  let millis = 1_000;
  const clock = createClock(() => millis, stopped);
  const before = clock();
  millis = 10;
  expect([clock(), clock()]).toEqual([before + 1, before + 2]);
  millis = 1_001;
  expect(clock()).toBe(1_001_000);
});

test("after the machine's has been put back, the clock goes at half the pace until that has caught up", () => {
  let [millis, elapsed] = [10_000, 0];
  const clock = createClock(
    () => millis,
    () => elapsed,
  );
  clock();
  millis -= 1_000;
  const after = (ms: number) => {
    millis += ms;
    elapsed += ms;
    return clock();
  };
  expect([after(1_000), after(200), after(799), after(1), after(1)]).toEqual([
    10_500_000, 10_600_000, 10_999_500, 11_000_000, 11_001_000,
  ]);
});

test("more calls than microseconds do not make the clock repeat itself", () => {
  let millis = 1;
  const clock = createClock(() => millis, stopped);
  const times = Array.from({ length: 1_500 }, () => clock());
  millis = 2;
  times.push(clock(), clock());
  expect(new Set(times).size).toBe(times.length);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test("the machine's clock is the default", () => {
  const before = Date.now() * 1_000;
  const time = createClock()();
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now() * 1_000);
});
