import { setImmediate } from "node:timers/promises";

/** Where those wait who want to know when a number of an account rises. */
export interface WaitingRoom {
  /** The number as far as it is known; 0: it is not yet. */
  readonly known: number;
  /** Resolves when the number may be higher, when the time is up, or when the signal is aborted. */
  wait(above: number, timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** The number is this; undefined: there is no such account. Wakes all if it was another one. */
  isNow(number: number | undefined): void;
  /** Wakes all who wait. */
  wakeAll(): void;
}

/** So many are woken before other calls have their turn. */
const WAKE_BATCH = 32;

export function createWaitingRoom(): WaitingRoom {
  const waiting = new Set<() => void>();
  let known = 0;

  function wakeAll(): void {
    void resumeAll([...waiting]);
  }

  return {
    get known() {
      return known;
    },
    wait: (above, timeoutMs, signal) => (known > above ? Promise.resolve() : waitFor(waiting, timeoutMs, signal)),
    isNow(number) {
      // A smaller one is another account of that id, or of an older backup: the next read says so.
      if (number === undefined || number !== known) {
        known = number ?? 0;
        wakeAll();
      }
    },
    wakeAll,
  };
}

async function resumeAll(waiting: ReadonlyArray<() => void>): Promise<void> {
  for (const [index, resume] of waiting.entries()) {
    if (index % WAKE_BATCH === WAKE_BATCH - 1) await setImmediate();
    resume();
  }
}

function waitFor(waiting: Set<() => void>, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const resume = () => {
      clearTimeout(timer);
      waiting.delete(resume);
      signal.removeEventListener("abort", resume);
      resolve();
    };
    const timer = setTimeout(resume, timeoutMs);
    waiting.add(resume);
    signal.addEventListener("abort", resume);
    if (signal.aborted) resume();
  });
}
