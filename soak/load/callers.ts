import { createRandom } from "../../test/server/random.ts";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import { ApiKeyBook } from "../ledger/api-key-book.ts";
import { SessionBook } from "../ledger/session-book.ts";
import type { SharedUsers } from "../ledger/shared-users.ts";
import { ACCOUNT_WORK } from "./accounts.ts";
import { BATCH_WORK } from "./batches.ts";
import { Caller, type CallerParts } from "./caller.ts";
import { KEY_WORK } from "./keys.ts";
import type { Gate } from "./pace.ts";
import { READ_WORK } from "./reads.ts";
import { SESSION_WORK } from "./sessions.ts";
import { sharedWork } from "./shared.ts";
import { USER_WORK } from "./users.ts";
import type { Desk, Work } from "./work.ts";

/** All that callers do. Exports and watches have readers of their own. */
export function allWork(shared: SharedUsers): readonly Work[] {
  return [...USER_WORK, ...BATCH_WORK, ...READ_WORK, ...SESSION_WORK, ...KEY_WORK, ...ACCOUNT_WORK, ...sharedWork(shared)];
}

export function openDesks(count: number, usersEach: number, seed: number, parts: CallerParts): Desk[] {
  return Array.from({ length: count }, (_, index) => {
    const caller = new Caller(`c${index}`, createRandom(seed * 1000 + index), parts);
    const users = Array.from({ length: usersEach }, (__, number) => parts.ledger.record(`${caller.name}-${number}`));
    return { caller, users, sessions: new SessionBook(), keys: new ApiKeyBook() };
  });
}

/** Works until told to end, or until a promise is broken. */
export async function keepWorking(desk: Desk, work: readonly Work[], gate: Gate, signal: AbortSignal): Promise<void> {
  const total = work.reduce((sum, { weight }) => sum + weight, 0);
  while (!signal.aborted) {
    await gate.pass(async () => {
      const chosen = choose(work, desk.caller.random.below(PRECISION) * (total / PRECISION));
      try {
        if (!signal.aborted) await chosen?.do(desk);
      } catch (error) {
        throw error instanceof BrokenPromise
          ? error
          : new BrokenPromise(PROMISES.errors, `${desk.caller.name}, ${chosen?.methods.join(", ")}: ${error}`);
      }
    });
    // Work for which nobody suits takes no turn.
    await new Promise(setImmediate);
  }
}

const PRECISION = 1_000_000;

function choose(work: readonly Work[], at: number): Work | undefined {
  let sum = 0;
  return work.find(({ weight }) => {
    sum += weight;
    return at < sum;
  });
}
