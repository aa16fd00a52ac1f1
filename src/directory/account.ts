import type { Micros } from "./clock.ts";

export type AccountStatus = "ACTIVE" | "SUSPENDED";

/** The account that exists from the first start on. Secrets of the whole directory are kept with it. */
export const DEFAULT_ACCOUNT = "default";

/** In requests: every account. Never the id of one. */
export const ALL_ACCOUNTS = "-";

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly status: AccountStatus;
  readonly createTime: Micros;
  readonly updateTime: Micros;
  /** +1 per committed transaction that changes the account's users, in commit order. 0: none yet. */
  readonly revision: number;
  /** The history holds every change after this revision. */
  readonly historyFloor: number;
}
