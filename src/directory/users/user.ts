import type { Micros } from "../values/clock.ts";
import { foldEmail } from "../values/email.ts";
import type { JsonObject } from "../values/json.ts";

export type UserStatus = "INVITED" | "ACTIVE" | "SUSPENDED";

/** What callers decide about a user. `null` means "not set". Of some values (`Partial`), absent ones stay or get their default. */
export interface UserValues {
  readonly externalId: string | null;
  readonly email: string | null;
  /** When `email` was verified. */
  readonly emailVerifyTime: Micros | null;
  readonly name: string | null;
  readonly displayName: string | null;
  readonly about: string;
  readonly project: string | null;
  readonly metadata: JsonObject;
  readonly status: UserStatus;
  readonly superAdmin: boolean;
}

/** A user as stored. Every committed change makes a new one. */
export interface User extends UserValues {
  readonly accountId: string;
  readonly id: string;
  readonly createTime: Micros;
  readonly updateTime: Micros;
  readonly deleteTime: Micros | null;
  /** 1 at create, +1 with each change. */
  readonly version: number;
  /** The account's revision that made this state. */
  readonly revision: number;
}

/** A user that a caller sends: the values that are present, and the id that the caller chose, if any. */
export type UserInput = Partial<UserValues> & { readonly id?: string };

/** What a user is found by. */
export type UserKeyKind = "id" | "externalId" | "email";

/** A key of a user as it is compared: e-mails folded, the others as they are. */
export function foldKey(kind: UserKeyKind, key: string): string {
  return kind === "email" ? foldEmail(key) : key;
}

/** Strong: differs between any two states of any users with one id. */
export function userEtag(user: User): string {
  return `${user.revision}-${user.version}`;
}
