import { setImmediate } from "node:timers/promises";
import { RosterError } from "../errors.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import type { UserKeys } from "../store/users.ts";

/** What stands at a place of a request. */
export interface Row {
  /** From 0. */
  readonly index: number;
}

/** A row that did not land. */
export interface RowFailure extends Row {
  readonly error: RosterError;
}

export interface TakenRows<T> {
  readonly landed: ReadonlyArray<Row & { readonly result: T }>;
  readonly failures: readonly RowFailure[];
}

/** Other calls run in between. */
const ROWS_AT_A_TIME = 50;

/**
 * Takes the rows one after the other: each lands or fails on its own, and a later one sees the earlier ones. `take` must not have written
 * anything when it fails. Throws what concerns all rows and, if all are to land or none, the first failure: `atomicList` is then the
 * field of the request that has the rows.
 */
export async function takeRows<R extends Row, T>(
  rows: readonly R[],
  take: (row: R) => Promise<T>,
  atomicList?: string,
): Promise<TakenRows<T>> {
  const landed: Array<Row & { result: T }> = [];
  const failures: RowFailure[] = [];
  for (const [place, row] of rows.entries()) {
    if (place % ROWS_AT_A_TIME === ROWS_AT_A_TIME - 1) await setImmediate();
    try {
      landed.push({ index: row.index, result: await take(row) });
    } catch (error) {
      if (!(error instanceof RosterError) || error.reason === "STORE_UNAVAILABLE") {
        throw error;
      }
      const failure = { index: row.index, error };
      if (atomicList !== undefined) {
        throw failedRow(atomicList, failure);
      }
      failures.push(failure);
    }
  }
  return { landed, failures };
}

/** The error of a call that fails because one of its rows does. `list` is the field of the request that has the rows. */
export function failedRow(list: string, { index, error: { reason, message, details } }: RowFailure): RosterError {
  const fields = details.fields?.map(({ field, ...rest }) => ({ field: `${list}[${index}].${field}`, ...rest }));
  return new RosterError(reason, `row ${index}: ${message}`, {
    ...details,
    ...(fields && { fields }),
    metadata: { ...details.metadata, index: String(index) },
  });
}

/** Reads all that the rows will ask for. Each row is checked when its turn comes; until then a key may be text that no database accepts. */
export function loadKeys(tx: AccountTransaction, keys: { readonly [K in keyof UserKeys]: readonly Given[] }): Promise<void> {
  const readable = (given: readonly Given[]) => given.flatMap((key) => (key == null || key.includes("\0") ? [] : [key]));
  return tx.users.load({
    ids: readable(keys.ids),
    externalIds: readable(keys.externalIds),
    emails: readable(keys.emails),
  });
}

type Given = string | null | undefined;
