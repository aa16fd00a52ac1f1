import { readdirSync, readFileSync } from "node:fs";
import { setPriority } from "node:os";

const THREADS = "/proc/self/task";
/** A third of a core that calls want as well. With much less, garbage would pile up. */
const NICE = 3;

/**
 * Lets calls go before V8's helpers, which collect garbage and compile: where all share a core, the system would give them half of it
 * in slices of milliseconds, and calls would wait. On Linux, where Node names its threads; elsewhere nothing happens.
 */
export function nudgeHelpers(): void {
  try {
    for (const thread of readdirSync(THREADS)) {
      if (readFileSync(`${THREADS}/${thread}/comm`, "utf8") === "V8Worker\n") {
        setPriority(Number(thread), NICE);
      }
    }
  } catch {
    // No such folder, or nobody may look into it: helpers stay as they are.
  }
}
