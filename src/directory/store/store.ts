import type { Account, NewAccount } from "../accounts/account.ts";
import type { MetadataRules } from "../accounts/metadata-rules.ts";
import type { CallSource } from "../audit/entry.ts";
import type { ApiKey, KeyHolder } from "../keys/api-key.ts";
import type { Session } from "../sessions/session.ts";
import type { Clock, Micros } from "../values/clock.ts";
import type { IdSource } from "../values/id.ts";
import type { AccountTransaction, AccountView } from "./account-view.ts";
import type { AccountListQuery, AccountSelection } from "./accounts.ts";
import type { ApiKeyListQuery, ApiKeySelection } from "./api-keys.ts";
import type { CommitSubscriber } from "./commit-event.ts";
import type { LeastRevision, ReplicaStatus } from "./replicas.ts";
import type { SessionListQuery, SessionSelection } from "./sessions.ts";
import type { Survey } from "./survey.ts";
import type { FoundUser, ListedUser, ListQuery, UserEncoder, UserKey, UserSelection } from "./users.ts";

/**
 * Where the directory is kept. The contract: each MUST is a test of test/db/contract.test.ts, run against every engine.
 * All methods throw STORE_UNAVAILABLE when the database can't be reached, is full or can't write.
 */
export interface Store {
  /** The name of the engine, for people who ask what runs. */
  readonly engine: "sqlite" | "postgres";

  /**
   * Reads one account. MUST show `work` one moment, whatever is written meanwhile, MUST refuse writes, and neither waits
   * for a writer nor makes one wait. Throws ACCOUNT_NOT_FOUND.
   * `work` must be short and must not call the store: it may hold the only connection for reads.
   * With `least`, a replica may answer, and `work` may run again elsewhere. MUST NOT show less than that revision, if the account
   * has it, nor less than this store has shown or committed of the account. Without it, the primary answers.
   */
  read<T>(accountId: string, work: (view: AccountView) => Promise<T>, least?: LeastRevision): Promise<T>;

  /**
   * As `read`, for work that may have to look at many rows: it takes longer to begin, and MUST NOT keep calls waiting that do
   * not scan.
   */
  scan<T>(accountId: string, work: (view: AccountView) => Promise<T>, least?: LeastRevision): Promise<T>;

  /**
   * Writes one account. MUST be all or nothing; MUST run one `work` at a time per account; MUST NOT return before the
   * change would survive a crash; with `dryRun` MUST leave nothing behind. Throws ACCOUNT_NOT_FOUND.
   * Writes that wait for each other may share a commit: `work` may see what is not committed yet, so no result of it, errors
   * included, MUST be returned before the commit. One that fails MUST leave the others as they are; if the commit fails, all fail.
   * `work` may be run again if the engine asks for it.
   */
  write<T>(origin: Origin, work: (tx: AccountTransaction) => Promise<T>): Promise<T>;

  /**
   * Creates an account together with what `work` adds to it. MUST do nothing and return undefined if the id or the slug is
   * taken, also when several callers try at once.
   */
  createAccount<T>(account: NewAccount, work: (tx: AccountTransaction) => Promise<T>): Promise<T | undefined>;

  /** Ids of accounts after the given one, ascending, at most `limit`. */
  listAccountIds(after: string, limit: number): Promise<string[]>;

  /** A page of accounts, in the order of the query. Only super admins may see this. */
  listAccounts(query: AccountListQuery): Promise<Account[]>;

  /** How many accounts a list of this selection has. MUST stop at `upTo`, if given. */
  countAccounts(selection: AccountSelection, upTo?: number): Promise<number>;

  /**
   * One user, as callers get it, with the account's revision. MUST be of one moment. One query, if there is such a user. With `least`
   * as `read`. Throws ACCOUNT_NOT_FOUND.
   */
  findUser(accountId: string, key: UserKey, least?: LeastRevision): Promise<FoundUser | undefined>;

  /** Users of all accounts, otherwise as `UserReader.list`. Only super admins may see this. */
  listAllUsers(query: ListQuery): Promise<ListedUser[]>;

  /** As `UserReader.count`, over all accounts. */
  countAllUsers(selection: UserSelection, upTo?: number): Promise<number>;

  /** Sessions of all accounts, otherwise as `SessionReader.list`. Only super admins may see this. */
  listAllSessions(query: SessionListQuery): Promise<Session[]>;

  /** As `SessionReader.count`, over all accounts. */
  countAllSessions(selection: SessionSelection, upTo?: number): Promise<number>;

  /** Keys of all accounts, otherwise as `ApiKeyReader.list`. Only super admins may see this. */
  listAllApiKeys(query: ApiKeyListQuery): Promise<ApiKey[]>;

  /** As `ApiKeyReader.count`, over all accounts. */
  countAllApiKeys(selection: ApiKeySelection, upTo?: number): Promise<number>;

  /** The keys with this id, with their users and accounts: what authentication needs, in one read. */
  findKeyHolders(keyId: string): Promise<KeyHolder[]>;

  /**
   * As `findKeyHolders`, by names that client certificates show: the keys that have one of them and are not revoked, each once. MUST
   * compare byte by byte.
   */
  findCertificateHolders(names: readonly string[]): Promise<KeyHolder[]>;

  /** Notes when a key was used. Not part of any transaction. */
  noteKeyUse(accountId: string, keyId: string, time: Micros): Promise<void>;

  /**
   * Calls the subscriber with the event of each commit, of this process or of another of the same server. `write` MUST NOT return
   * before the subscribers of this process have been called and the event is published to the others.
   */
  onCommit(subscriber: CommitSubscriber): void;

  /** The revisions of those accounts, in one query. One that does not exist is left out. */
  revisions(accountIds: readonly string[]): Promise<ReadonlyMap<string, number>>;

  /** The sequences of the last entries of their audit logs, likewise. */
  auditSequences(accountIds: readonly string[]): Promise<ReadonlyMap<string, number>>;

  /** The secret of that name, made by `mint` when it is first asked for. MUST be the same for every caller. */
  secret(name: string, mint: () => Uint8Array): Promise<Uint8Array>;

  /**
   * Forgets changes, remembered answers and audit entries older than the given times, and nonces that ended before `answers`. MUST raise
   * `historyFloor` accordingly. Removes what deleted rows have left on the disk, as far as the engine can.
   */
  prune(before: PruneTimes): Promise<void>;

  /**
   * Makes searches find what servers of an older version, which knows of none, have written. Others write meanwhile. MUST miss nothing
   * that was written before it began.
   */
  fillWords(): Promise<void>;

  /** The state of the whole database, for those who watch over it. Looks at every account, and keeps nobody waiting. */
  survey(): Promise<Survey>;

  /** Of those that answer reads beside the primary, in the order of the settings. */
  readonly replicas: readonly ReplicaStatus[];

  /** Resolves if the database answers. */
  ping(): Promise<void>;

  /** Resolves if the database takes a write. Leaves nothing behind. */
  tryWrite(): Promise<void>;

  /** The last time that this process found the database unwritable; undefined: never. */
  readonly writeFailure: WriteFailure | undefined;

  close(): Promise<void>;
}

/** Where pruning deletes rows. */
export const PRUNED_TABLES = ["changes", "answers", "nonces", "audit_entries"] as const;
export type PrunedTable = (typeof PRUNED_TABLES)[number];

/** What is older is forgotten. */
export interface PruneTimes {
  readonly changes: Micros;
  readonly answers: Micros;
  readonly audit: Micros;
}

export interface WriteFailure {
  /** On the clock of `performance.now`. */
  readonly time: number;
  readonly cause: unknown;
}

/** What a store needs from outside, so that tests can decide time and ids. */
export interface Sources {
  readonly clock: Clock;
  readonly newId: IdSource;
  readonly encoder: UserEncoder;
  readonly metadataRules: MetadataRules;
}

/** On whose behalf a transaction runs. Recorded with every change, in the history and in the audit log. */
export interface Origin {
  readonly accountId: string;
  readonly apiKeyId: string | null;
  /** Null when the caller gave none. */
  readonly requestId: string | null;
  /** Absent: the server acts of itself. */
  readonly source?: CallSource | undefined;
  readonly dryRun?: boolean;
}
