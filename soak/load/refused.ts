import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { UserRecord } from "../ledger/user-record.ts";
import type { MethodName } from "./methods.ts";

/** What it means that a call fails which, by what was acknowledged, must succeed. */
export function refused(ledger: Ledger, records: readonly UserRecord[], method: MethodName, error: unknown): BrokenPromise {
  if (error instanceof BrokenPromise) return error;
  const ids = records.map(({ id }) => id).join(", ");
  const evidence = records.flatMap((record) => ledger.historyOf(record));
  return new BrokenPromise(PROMISES.durable, `${ids}: ${method} is refused: ${error}`, evidence);
}
