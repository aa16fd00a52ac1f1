import type { Account, NewAccount } from "../directory/accounts/account.ts";
import type { ApiKey, KeyHolder } from "../directory/keys/api-key.ts";
import type { Session } from "../directory/sessions/session.ts";
import type { AccountTransaction, AccountView } from "../directory/store/account-view.ts";
import type { AccountListQuery, AccountSelection } from "../directory/store/accounts.ts";
import type { ApiKeyListQuery, ApiKeySelection } from "../directory/store/api-keys.ts";
import type { CommitEventBus, CommitSubscriber } from "../directory/store/commit-event.ts";
import type { LeastRevision, ReplicaStatus } from "../directory/store/replicas.ts";
import type { SessionListQuery, SessionSelection } from "../directory/store/sessions.ts";
import type { Origin, PruneTimes, Sources, Store, WriteFailure } from "../directory/store/store.ts";
import type { Survey } from "../directory/store/survey.ts";
import type { FoundUser, ListedUser, ListQuery, UserKey, UserSelection } from "../directory/store/users.ts";
import type { Micros } from "../directory/values/clock.ts";
import type { Meter } from "../metrics/meter.ts";
import { countAccounts, listAccounts } from "./accounts/account-list.ts";
import { type AccountReads, DatabaseReads } from "./accounts/account-reads.ts";
import { findCounters, listAccountIds } from "./accounts/account-statements.ts";
import { AccountWrites } from "./accounts/account-writes.ts";
import { findOrInsertSecret } from "./accounts/secrets.ts";
import { CommitEvents } from "./commit/commit-events.ts";
import { Database } from "./database.ts";
import type { Engine } from "./engine.ts";
import { countApiKeys, listApiKeys } from "./keys/api-key-list.ts";
import { noteKeyUse } from "./keys/api-key-writer.ts";
import { findCertificateHolders, findKeyHolders } from "./keys/key-holders.ts";
import { fillWords } from "./maintenance/fill-words.ts";
import { prune } from "./maintenance/prune.ts";
import { survey } from "./maintenance/survey.ts";
import { tryWrite } from "./maintenance/try-write.ts";
import type { Replicas } from "./replicas/replicas.ts";
import { countSessions, listSessions } from "./sessions/session-list.ts";
import { countUsers } from "./users/user-list.ts";
import { UserPages } from "./users/user-pages.ts";

/** What a store may have besides its database. */
export interface StoreParts {
  readonly bus?: CommitEventBus | undefined;
  /** Told what the store does. */
  readonly meter?: Meter | undefined;
  readonly openReplicas?: OpenReplicas | undefined;
}

type OpenReplicas = (primary: Database, readsOf: (database: Database) => DatabaseReads) => Replicas;

/** Where each method of the contract is done. Nothing is done here. */
export class KyselyStore implements Store {
  readonly #database: Database;
  readonly #pages: UserPages;
  readonly #events: CommitEvents;
  readonly #writes: AccountWrites;
  readonly #reads: AccountReads;
  readonly #replicas: Replicas | undefined;

  constructor(engine: Engine, sources: Sources, { bus, meter, openReplicas }: StoreParts = {}) {
    this.#database = new Database(engine, meter);
    this.#pages = new UserPages(engine, sources.encoder);
    this.#events = new CommitEvents(bus);
    const readsOf = (database: Database) => new DatabaseReads(database, this.#pages, sources.metadataRules);
    const replicas = openReplicas?.(this.#database, readsOf);
    if (replicas !== undefined) this.#events.subscribe((event) => replicas.heed(event));
    this.#replicas = replicas;
    this.#reads = replicas?.reads ?? readsOf(this.#database);
    this.#writes = new AccountWrites({ database: this.#database, sources, pages: this.#pages }, this.#events);
  }

  get engine(): Store["engine"] {
    return this.#database.engine.name;
  }

  read<T>(accountId: string, work: (view: AccountView) => Promise<T>, least?: LeastRevision): Promise<T> {
    return this.#reads.view("reader", accountId, work, least);
  }

  scan<T>(accountId: string, work: (view: AccountView) => Promise<T>, least?: LeastRevision): Promise<T> {
    return this.#reads.view("scanner", accountId, work, least);
  }

  write<T>(origin: Origin, work: (tx: AccountTransaction) => Promise<T>): Promise<T> {
    return this.#writes.write(origin, this.#replicas?.noting(work) ?? work);
  }

  createAccount<T>(account: NewAccount, work: (tx: AccountTransaction) => Promise<T>): Promise<T | undefined> {
    return this.#writes.create(account, work);
  }

  listAccountIds(after: string, limit: number): Promise<string[]> {
    return this.#database.read((db) => listAccountIds(db, after, limit));
  }

  listAccounts(query: AccountListQuery): Promise<Account[]> {
    return this.#database.snapshot("scanner", (db) => listAccounts(db, query, this.#pages.dialect.json));
  }

  countAccounts(selection: AccountSelection, upTo?: number): Promise<number> {
    return this.#database.scan((db) => countAccounts(db, selection, { json: this.#pages.dialect.json, upTo }));
  }

  findUser(accountId: string, key: UserKey, least?: LeastRevision): Promise<FoundUser | undefined> {
    return this.#reads.findUser(accountId, key, least);
  }

  listAllUsers(query: ListQuery): Promise<ListedUser[]> {
    return this.#database.snapshot("scanner", (db) => this.#pages.read(db, null, query));
  }

  countAllUsers(selection: UserSelection, upTo?: number): Promise<number> {
    return this.#database.scan((db) => countUsers(db, null, selection, { dialect: this.#pages.dialect, upTo }));
  }

  listAllSessions(query: SessionListQuery): Promise<Session[]> {
    return this.#database.snapshot("scanner", (db) => listSessions(db, null, query, this.#pages.dialect.json));
  }

  countAllSessions(selection: SessionSelection, upTo?: number): Promise<number> {
    return this.#database.scan((db) => countSessions(db, null, selection, { json: this.#pages.dialect.json, upTo }));
  }

  listAllApiKeys(query: ApiKeyListQuery): Promise<ApiKey[]> {
    return this.#database.snapshot("scanner", (db) => listApiKeys(db, null, query, this.#pages.dialect.json));
  }

  countAllApiKeys(selection: ApiKeySelection, upTo?: number): Promise<number> {
    return this.#database.scan((db) => countApiKeys(db, null, selection, { json: this.#pages.dialect.json, upTo }));
  }

  findKeyHolders(keyId: string): Promise<KeyHolder[]> {
    return this.#database.read((db) => findKeyHolders(db, keyId));
  }

  findCertificateHolders(names: readonly string[]): Promise<KeyHolder[]> {
    return this.#database.snapshot("reader", (db) => findCertificateHolders(db, names));
  }

  // In a transaction, because SQLite waits for the lock of another process without one by stopping this process.
  noteKeyUse(accountId: string, keyId: string, time: Micros): Promise<void> {
    return this.#database.transaction((db) => noteKeyUse(db, accountId, keyId, time));
  }

  onCommit(subscriber: CommitSubscriber): void {
    this.#events.subscribe(subscriber);
  }

  revisions(accountIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#database.read((db) => findCounters(db, "revision", accountIds));
  }

  auditSequences(accountIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#database.read((db) => findCounters(db, "audit_sequence", accountIds));
  }

  secret(name: string, mint: () => Uint8Array): Promise<Uint8Array> {
    return this.#database.transaction((db) => findOrInsertSecret(db, name, mint));
  }

  prune(before: PruneTimes): Promise<void> {
    return prune(this.#database, before);
  }

  fillWords(): Promise<void> {
    return fillWords(this.#database);
  }

  survey(): Promise<Survey> {
    return survey(this.#database);
  }

  async ping(): Promise<void> {
    await this.listAccountIds("", 1);
  }

  tryWrite(): Promise<void> {
    return this.#database.transaction(tryWrite);
  }

  get writeFailure(): WriteFailure | undefined {
    return this.#database.writeFailure;
  }

  get replicas(): readonly ReplicaStatus[] {
    return this.#replicas?.statuses ?? [];
  }

  async close(): Promise<void> {
    await this.#replicas?.close();
    await this.#database.close();
  }
}
