import type { UserFilter } from "../lists/filter.ts";
import type { ListKey, OrderTerm } from "../lists/order.ts";
import type { User, UserKeyKind, UserValues } from "../users/user.ts";
import type { UserOrderField } from "../users/user-order.ts";
import type { PageQuery } from "./page-query.ts";

/** A user as callers get it: bytes that are kept beside the user and handed out as they are. The directory does not look into them. */
export type EncodedUser = Uint8Array;

/** Encodes users. */
export interface UserEncoder {
  /** MUST depend on the user alone, its revision included. */
  encode(user: User): EncodedUser;
  /** From 1 to 255. MUST be another one once `encode` makes other bytes of a user: what is stored in another format is not used. */
  readonly format: number;
}

/** What a live user is found by; with `showDeleted` by its id, live or deleted. E-mails are matched folded (`foldEmail`). */
export interface UserKey {
  readonly kind: UserKeyKind;
  readonly key: string;
  readonly showDeleted?: boolean;
}

export interface FoundUser {
  readonly encoded: EncodedUser;
  /** The account's. */
  readonly revision: number;
}

/** A user of a list, and its place there. */
export interface ListedUser {
  readonly key: ListKey;
  readonly encoded: EncodedUser;
}

export interface UserReader {
  /** By id, live or deleted. MUST compare byte by byte. */
  find(id: string): Promise<User | undefined>;

  /**
   * Live users with one of the keys, in any order, each once. E-mails MUST be matched folded (`foldEmail`), the others
   * byte by byte. One query, whatever the number of keys.
   */
  findLive(kind: UserKeyKind, keys: readonly string[]): Promise<User[]>;

  /** Whether a deleted user has the key; e-mails are matched folded. */
  isOfDeleted(kind: UserKeyKind, key: string): Promise<boolean>;

  /** As `findLive`, by the key that was asked for, folded if it is an e-mail. */
  findEncoded(kind: UserKeyKind, keys: readonly string[]): Promise<ReadonlyMap<string, EncodedUser>>;

  /** A page, in the order of the query. */
  list(query: ListQuery): Promise<ListedUser[]>;

  /** How many users a list of this selection has. MUST stop at `upTo`, if given. */
  count(selection: UserSelection, upTo?: number): Promise<number>;

  /**
   * The users with ids after `after`, ascending byte by byte, at most `limit` of those that exist now, each as it was at
   * `revision`; null stands for one that did not exist then. MUST be exact for any revision from the history floor on.
   */
  listAt(
    revision: number,
    after: string,
    limit: number,
  ): Promise<ReadonlyArray<{ readonly id: string; readonly state: User | null }>>;

  /** As `listAt`, with the users encoded. */
  listEncodedAt(revision: number, after: string, limit: number): Promise<readonly EncodedUserAt[]>;

  /** Encodes a user that has been read. */
  encode(user: User): EncodedUser;
}

/** A user of today as it was at a revision. */
export interface EncodedUserAt {
  readonly id: string;
  /** Null: it did not exist then. */
  readonly encoded: EncodedUser | null;
  /** It was deleted then, softly. */
  readonly deleted: boolean;
}

export interface UserWriter extends UserReader {
  /**
   * Reads the users with these keys, in one query for each kind: finding them in this transaction, one by one, then costs none.
   * MUST NOT change what is found.
   */
  load(keys: UserKeys): Promise<void>;

  /** Adds a user with version 1 and the transaction's revision; records CREATED. The caller has checked that its keys are free. */
  insert(user: NewUser): Promise<User>;

  /** Replaces `before` by `after`; counts version and revision up; records UPDATED, DELETED or UNDELETED. */
  update(before: User, after: User): Promise<User>;

  /**
   * Erases the user, its keys, its sessions, its images in the history and the remembered answers about it; records PURGED. MUST leave
   * nothing of the user's values in any table. Entries of the audit log, in all accounts, stay without what names the user.
   */
  purge(user: User): Promise<Erased>;

  /** As `purge`, each of them once, in as many statements as for one. Returns what was erased of each, by its id. */
  purgeAll(users: readonly User[]): Promise<(userId: string) => Erased>;
}

export interface UserKeys {
  readonly ids: readonly string[];
  readonly externalIds: readonly string[];
  readonly emails: readonly string[];
}

export type NewUser = UserValues & Pick<User, "id" | "createTime">;

/** How much a purge removed. */
export interface Erased {
  readonly sessions: number;
  readonly apiKeys: number;
  readonly changes: number;
  readonly answers: number;
  /** From which what names the user was taken out. */
  readonly auditEntries: number;
  /** What the user is called in them from now on; never the id of a user. */
  readonly pseudonym: string;
}

/** Which users a list has. */
export interface UserSelection {
  readonly showDeleted: boolean;
  /** MUST let the same users pass as `userMatches` of src/filter, on every engine. Undefined: all. */
  readonly filter?: UserFilter | undefined;
  /** Words of a query (`parseSearch`). MUST let the same users pass as `isFound`, on every engine. Undefined: all. */
  readonly search?: readonly string[] | undefined;
}

/** A page of users. */
export interface ListQuery extends PageQuery, UserSelection {
  /** Ends with the id and the account's. */
  readonly order: ReadonlyArray<OrderTerm<UserOrderField>>;
}
