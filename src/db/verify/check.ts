import type { Selectable } from "kysely";
import type { UserEncoder } from "../../directory/store/users.ts";
import type { Engine } from "../engine.ts";
import type { Queryable } from "../query/queryable.ts";
import type { UsersTable } from "../schema.ts";
import type { Findings } from "./findings.ts";

/** What each check works with. */
export interface Check {
  readonly db: Queryable;
  readonly engine: Engine;
  readonly encoder: UserEncoder;
  readonly findings: Findings;
}

/** What the checks of an account's rows go by. */
export interface VerifiedAccount {
  readonly id: string;
  readonly revision: number;
  readonly historyFloor: number;
  readonly auditSequence: number;
  readonly wordsRevision: number;
}

/** A row of `users`, with what the index of words has of it. */
export type VerifiedRow = Selectable<UsersTable> & { readonly words: string | null };

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
