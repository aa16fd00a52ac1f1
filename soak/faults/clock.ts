import { setTimeout } from "node:timers/promises";
import { canMoveClocks } from "../servers/clock.ts";
import type { Fault } from "./fault.ts";

const HOUR = 3600;
/** Back, forth, by little and by much, and right again. Less than the day for which answers are remembered. */
const OFFSETS = [0, 3, -3, 90, -90, HOUR, -HOUR, 5 * HOUR, -5 * HOUR] as const;
/** faketime reads the offset anew once a second. */
const SEEN_MS = 1_100;

/** The clock of a server jumps; those of the others stay as they are. */
export const moveClock: Fault = {
  name: "clock",
  weight: 2,
  isPossible: ({ clocks }) => canMoveClocks() && clocks.length > 0,
  async do({ clocks, random, timeline, count }) {
    const seconds = random.pick(OFFSETS);
    const clock = clocks[random.below(clocks.length)];
    timeline.add(`the clock of ${clock?.name} is moved: ${seconds} s from the right time`);
    count.add("clocks moved");
    clock?.move(seconds);
    await setTimeout(SEEN_MS);
  },
};
