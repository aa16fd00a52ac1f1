import type { Account } from "./account.ts";
import type { ApiKey } from "./api-key.ts";
import type { KeyHolder } from "./authentication.ts";
import type { ChangeQuery, UserChange } from "./changes.ts";
import type { Clock, Micros } from "./clock.ts";
import type { SessionFilter, UserFilter } from "./filter.ts";
import type { IdSource } from "./id.ts";
import type { ListKey, OrderTerm } from "./order.ts";
import type { SessionOrderField, UserOrderField } from "./order-fields.ts";
import type { Session } from "./session.ts";
import type { User, UserValues } from "./user.ts";

/**
 * Where the directory is kept. The contract: each MUST is a test of test/db/contract.test.ts, run against every engine.
 * All methods throw STORE_UNAVAILABLE when the database can't be reached, is full or can't write.
 */
export interface Store {
  /**
   * Reads one account. MUST show `work` one moment, whatever is written meanwhile, MUST refuse writes, and neither waits
   * for a writer nor makes one wait. Throws ACCOUNT_NOT_FOUND.
   * `work` must be short and must not call the store: it may hold the only connection for reads.
   */
  read<T>(accountId: string, work: (view: AccountView) => Promise<T>): Promise<T>;

  /**
   * As `read`, for work that may have to look at many rows: it takes longer to begin, and MUST NOT keep calls waiting that do
   * not scan.
   */
  scan<T>(accountId: string, work: (view: AccountView) => Promise<T>): Promise<T>;

  /**
   * Writes one account. MUST be all or nothing; MUST run one `work` at a time per account; MUST NOT return before the
   * change would survive a crash; with `dryRun` MUST leave nothing behind. Throws ACCOUNT_NOT_FOUND.
   * Writes that wait for each other may share a commit: `work` may see what is not committed yet, so whatever comes of it, errors
   * included, MUST NOT be told before that is. One that fails MUST leave the others as they are; if the commit fails, all fail.
   * `work` may be run again if the engine asks for it.
   */
  write<T>(origin: Origin, work: (tx: AccountTransaction) => Promise<T>): Promise<T>;

  /**
   * Creates an account together with what `work` adds to it. MUST do nothing and return undefined if the id or the slug is
   * taken, also when several callers try at once.
   */
  createAccount<T>(
    account: Pick<Account, "id" | "name" | "slug" | "metadata">,
    work: (tx: AccountTransaction) => Promise<T>,
  ): Promise<T | undefined>;

  /** Ids of accounts after the given one, ascending, at most `limit`. */
  listAccountIds(after: string, limit: number): Promise<string[]>;

  /** Accounts by id, ascending byte by byte. The key of a page has the id alone. */
  listAccounts(query: PageQuery): Promise<Account[]>;

  countAccounts(): Promise<number>;

  /**
   * One user, as callers get it, with the account's revision. MUST be of one moment. One query, if there is such a user. Throws
   * ACCOUNT_NOT_FOUND.
   */
  findUser(accountId: string, key: UserKey): Promise<FoundUser | undefined>;

  /** Users of all accounts, otherwise as `UserReader.list`. Only super admins may see this. */
  listAllUsers(query: ListQuery): Promise<ListedUser[]>;

  /** As `UserReader.count`, over all accounts. */
  countAllUsers(showDeleted: boolean, filter?: UserFilter): Promise<number>;

  /** Sessions of all accounts, otherwise as `SessionReader.list`. Only super admins may see this. */
  listAllSessions(query: SessionListQuery): Promise<Session[]>;

  /** As `SessionReader.count`, over all accounts. */
  countAllSessions(filter?: SessionFilter): Promise<number>;

  /** The keys with this id, with their users and accounts: what authentication needs, in one read. */
  findKeyHolders(keyId: string): Promise<KeyHolder[]>;

  /** Notes when a key was used. Not part of any transaction. */
  noteKeyUse(accountId: string, keyId: string, time: Micros): Promise<void>;

  /**
   * Tells, after each commit of this process or of its peers, whose keys may work no longer or anew: those of one user, or, for
   * null, of the whole account. `write` MUST NOT return before listeners and peers have been told.
   */
  onAccessChange(listener: (accountId: string, userId: string | null) => void): void;

  /** Tells, after each commit of this process or of its peers that changed users, the account's new revision. */
  onCommit(listener: (accountId: string, revision: number) => void): void;

  /** The revisions of those accounts, in one query. One that does not exist is left out. */
  revisions(accountIds: readonly string[]): Promise<ReadonlyMap<string, number>>;

  /** The secret of that name, made by `mint` when it is first asked for. MUST be the same for every caller. */
  secret(name: string, mint: () => Uint8Array): Promise<Uint8Array>;

  /**
   * Forgets changes and remembered answers older than the given times, and nonces that ended before `answers`. MUST raise
   * `historyFloor` accordingly. Takes what deleted rows have left on the disk away, as far as the engine can.
   */
  prune(before: { readonly changes: Micros; readonly answers: Micros }): Promise<void>;

  /** Resolves if the database answers. */
  ping(): Promise<void>;

  close(): Promise<void>;
}

/** What a store needs from outside, so that tests can decide time and ids. */
export interface Sources {
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly images: UserImages;
}

/** A user as callers get it: bytes that are kept beside the user and handed out as they are. The directory does not look into them. */
export type UserImage = Uint8Array;

/** How images are made. */
export interface UserImages {
  /** MUST depend on the user alone, its revision included. */
  encode(user: User): UserImage;
  /** From 1 to 255. MUST be another one if `encode` makes other bytes of a user than it did: images of other formats are not used. */
  readonly format: number;
}

/** On whose behalf a transaction runs. Recorded with every change. */
export interface Origin {
  readonly accountId: string;
  readonly apiKeyId: string | null;
  /** Null when the caller gave none. */
  readonly requestId: string | null;
  readonly dryRun?: boolean;
}

/** One account at one moment. */
export interface AccountView {
  readonly account: Account;
  readonly users: UserReader;
  readonly changes: ChangeReader;
  readonly apiKeys: ApiKeyReader;
  readonly sessions: SessionReader;
}

/** One account, and the right to change it. */
export interface AccountTransaction extends AccountView {
  readonly users: UserWriter;
  readonly apiKeys: ApiKeyWriter;
  readonly sessions: SessionWriter;
  readonly answers: AnswerStore;
  readonly nonces: NonceStore;
  readonly now: Clock;
  readonly newId: IdSource;
  /** The account's revision once this transaction has committed. */
  readonly revision: number;
  /** Adds another account. Undefined, and nothing is written, if its slug is taken. */
  insertAccount(account: Pick<Account, "id" | "name" | "slug" | "metadata">): Promise<Account | undefined>;

  /** Replaces the account's own record. Throws SLUG_TAKEN. */
  updateAccount(account: Account): Promise<Account>;

  /** Erases the account and everything it owns. MUST leave nothing of it in any table. */
  eraseAccount(): Promise<void>;

  /**
   * The active super admins of all active accounts, this transaction's changes included; with `elsewhere`, of all but this one.
   * MUST make other transactions that ask wait until this one has ended.
   */
  countActiveSuperAdmins(options?: { readonly elsewhere: boolean }): Promise<number>;
}

export type UserKeyKind = "id" | "externalId" | "email";

/** What a live user is found by; with `showDeleted` by its id, live or deleted. E-mails are matched folded (`foldEmail`). */
export interface UserKey {
  readonly kind: UserKeyKind;
  readonly key: string;
  readonly showDeleted?: boolean;
}

export interface FoundUser {
  readonly image: UserImage;
  /** The account's. */
  readonly revision: number;
}

/** A user of a list, and its place there. */
export interface ListedUser {
  readonly key: ListKey;
  readonly image: UserImage;
}

export interface UserReader {
  /** By id, live or deleted. MUST compare byte by byte. */
  find(id: string): Promise<User | undefined>;

  /**
   * Live users with one of the keys, in any order, each once. E-mails MUST be matched folded (`foldEmail`), the others
   * byte by byte. One query, whatever the number of keys.
   */
  findLive(kind: UserKeyKind, keys: readonly string[]): Promise<User[]>;

  /** As `findLive`, by the key that was asked for, folded if it is an e-mail. */
  findImages(kind: UserKeyKind, keys: readonly string[]): Promise<ReadonlyMap<string, UserImage>>;

  /** A page, in the order of the query. */
  list(query: ListQuery): Promise<ListedUser[]>;

  /** The users that a list with these options has. */
  count(showDeleted: boolean, filter?: UserFilter): Promise<number>;

  /**
   * The users with ids after `after`, ascending byte by byte, at most `limit` of those that exist now, each as it was at
   * `revision`; null stands for one that did not exist then. MUST be exact for any revision from the history floor on.
   */
  listAt(
    revision: number,
    after: string,
    limit: number,
  ): Promise<ReadonlyArray<{ readonly id: string; readonly state: User | null }>>;

  /** As `listAt`, for those who want no more of the users than to hand them out. */
  listImagesAt(revision: number, after: string, limit: number): Promise<readonly UserImageAt[]>;

  /** The image of a user that has been read. */
  imageOf(user: User): UserImage;
}

/** A user of today as it was at a revision. */
export interface UserImageAt {
  readonly id: string;
  /** Null: it did not exist then. */
  readonly image: UserImage | null;
  /** It was deleted then, softly. */
  readonly deleted: boolean;
}

export interface ChangeReader {
  /**
   * The changes after a revision, in the order of their commits, at most `limit`. MUST be whole revisions only: one that has
   * more changes than that comes alone and entire. MUST have no gap from the history floor on, purged users aside: of those
   * the last purge is left. With `withBefore` MUST tell what each user was before.
   */
  list(afterRevision: number, query: ChangeQuery): Promise<ChangeList>;
}

export interface ChangeList {
  readonly changes: readonly UserChange[];
  /** There is nothing after these. */
  readonly done: boolean;
}

export interface UserWriter extends UserReader {
  /**
   * Reads the users with these keys, in one query for each kind: finding them in this transaction, one by one, then costs none.
   * MUST change nothing of what is found.
   */
  load(keys: UserKeys): Promise<void>;

  /** Adds a user with version 1 and the transaction's revision; records CREATED. The caller has checked that its keys are free. */
  insert(user: NewUser): Promise<User>;

  /** Replaces `before` by `after`; counts version and revision up; records UPDATED, DELETED or UNDELETED. */
  update(before: User, after: User): Promise<User>;

  /**
   * Erases the user, its keys, its sessions, its images in the history and the remembered answers about it; records PURGED. MUST leave
   * nothing of the user's values in any table.
   */
  purge(user: User): Promise<Erased>;
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
}

export interface ApiKeyReader {
  /** Live, expired or revoked. */
  find(id: string): Promise<ApiKey | undefined>;

  /** By id, ascending byte by byte. The key of a page has the id alone. */
  list(query: PageQuery): Promise<ApiKey[]>;
}

export interface ApiKeyWriter extends ApiKeyReader {
  insert(key: ApiKey, digest: Uint8Array): Promise<void>;

  /** Replaces what is known of the key, its secret aside. */
  update(key: ApiKey): Promise<void>;

  /** Gives the key another secret; the one before it works until then. */
  replaceDigest(key: ApiKey, digest: Uint8Array, previousExpireTime: Micros): Promise<void>;
}

export interface SessionReader {
  /** Open or ended, of a live user. */
  find(id: string): Promise<Session | undefined>;

  /** The open session of the user with that external id. */
  findOpen(userId: string, externalId: string): Promise<Session | undefined>;

  /** Sessions of live users, in the order of the query. */
  list(query: SessionListQuery): Promise<Session[]>;

  /** The sessions that a list with these options has. */
  count(options?: Pick<SessionListQuery, "userId" | "filter">): Promise<number>;
}

export interface SessionWriter extends SessionReader {
  /** Whether the id is taken, also by a session of a deleted user. */
  exists(id: string): Promise<boolean>;

  insert(session: Session): Promise<Session>;

  update(session: Session): Promise<Session>;

  delete(id: string): Promise<void>;

  /** Ends the open sessions of a user, and returns how many there were. */
  endOpen(userId: string, time: Micros): Promise<number>;
}

export interface Nonce {
  /** From this moment on it is refused. */
  readonly expireTime: Micros;
  readonly useTime: Micros | null;
}

/** Values that a key may send once. */
export interface NonceStore {
  find(keyId: string, digest: Uint8Array): Promise<Nonce | undefined>;
  insert(keyId: string, digest: Uint8Array, expireTime: Micros): Promise<void>;
  markUsed(keyId: string, digest: Uint8Array, time: Micros): Promise<void>;
}

/** The first answers to calls with a request id. */
export interface AnswerStore {
  find(method: string, requestId: string): Promise<Answer | undefined>;
  insert(method: string, requestId: string, answer: Answer): Promise<void>;
}

export interface Answer {
  /** Of the request. */
  readonly digest: Uint8Array;
  /** The user that the answer is about, so that a purge can find it. */
  readonly userId: string | null;
  /** The encoded response; null once a purge has erased it. */
  readonly response: Uint8Array | null;
}

/** A page of a list. */
export interface PageQuery {
  /** "after": in list order; "before": against it, nearest first. */
  readonly direction: "after" | "before";
  /** Where to begin, exclusive: the values of the order's fields; null: at the edge. */
  readonly from: ListKey | null;
  readonly skip: number;
  readonly limit: number;
}

/** A page of users. */
export interface ListQuery extends PageQuery {
  readonly showDeleted: boolean;
  /** MUST let the same users pass as `userMatches` of src/filter, on every engine. Undefined: all. */
  readonly filter?: UserFilter | undefined;
  /** Ends with the id and the account's. */
  readonly order: ReadonlyArray<OrderTerm<UserOrderField>>;
}

/** A page of sessions. */
export interface SessionListQuery extends PageQuery {
  /** Of one user. Undefined: of all. */
  readonly userId?: string | undefined;
  /** MUST let the same sessions pass as `sessionMatches` of src/filter, on every engine. Undefined: all. */
  readonly filter?: SessionFilter | undefined;
  /** Ends with the id and the account's. */
  readonly order: ReadonlyArray<OrderTerm<SessionOrderField>>;
}
