import { type Account, changedAccountFields, DEFAULT_ACCOUNT, type NewAccount } from "../../directory/accounts/account.ts";
import type { AuditedChange, AuditedRefusal } from "../../directory/audit/entry.ts";
import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { CommitEvent } from "../../directory/store/commit-event.ts";
import type { Origin, Sources } from "../../directory/store/store.ts";
import { KyselyAuditReader } from "../audit/audit-reader.ts";
import { TransactionAudit } from "../audit/transaction-audit.ts";
import { AccessChanges } from "../commit/access-changes.ts";
import { Revision } from "../commit/revision.ts";
import type { SharedTransaction } from "../commit/shared-transaction.ts";
import type { Database } from "../database.ts";
import type { WordIndex } from "../engine.ts";
import { KyselyApiKeyWriter } from "../keys/api-key-writer.ts";
import { CertificateNames } from "../keys/certificate-names.ts";
import { KyselyNonceStore } from "../keys/nonce-store.ts";
import { beforeEachStatement } from "../query/before-each-statement.ts";
import type { Transaction } from "../query/queryable.ts";
import { KyselySessionWriter } from "../sessions/session-writer.ts";
import { KyselyChangeReader } from "../users/change-reader.ts";
import { KyselyUserDataReader } from "../users/data/user-data-reader.ts";
import type { UserPages } from "../users/user-pages.ts";
import { KyselyUserWriter } from "../users/user-writer.ts";
import { WriteBuffer } from "../users/write-buffer.ts";
import { insertAccount, updateAccount } from "./account-statements.ts";
import { KyselyAnswerStore } from "./answer-store.ts";
import { eraseAccount } from "./erase-account.ts";
import { countActiveSuperAdmins } from "./super-admins.ts";

/** What all transactions of a store work with. */
export interface Dependencies {
  readonly database: Database;
  readonly sources: Sources;
  readonly pages: UserPages;
}

/** A transaction of one account. In the database it may be part of a larger one. */
export class KyselyAccountTransaction implements AccountTransaction {
  readonly account: Account;
  readonly users: KyselyUserWriter;
  readonly changes: KyselyChangeReader;
  readonly apiKeys: KyselyApiKeyWriter;
  readonly sessions: KyselySessionWriter;
  readonly audit: KyselyAuditReader;
  readonly userData: KyselyUserDataReader;
  readonly answers: KyselyAnswerStore;
  readonly nonces: KyselyNonceStore;
  readonly now: Sources["clock"];
  readonly newId: Sources["newId"];
  readonly metadataRules: Sources["metadataRules"];
  readonly #shared: SharedTransaction;
  readonly #db: Transaction;
  readonly #buffer: WriteBuffer;
  readonly #words: WordIndex;
  readonly #revision: Revision;
  readonly #audit: TransactionAudit;
  readonly #accessChanges = new AccessChanges();
  /** The account as this transaction leaves it; undefined: erased. */
  #after: Account | undefined;

  constructor(account: Account, origin: Origin, shared: SharedTransaction, { database, sources, pages }: Dependencies) {
    const { id } = account;
    const buffer = new WriteBuffer(shared.db, database.engine);
    const db = beforeEachStatement(shared.db, () => this.flush());
    this.account = account;
    this.now = sources.clock;
    this.newId = sources.newId;
    this.metadataRules = sources.metadataRules;
    this.#shared = shared;
    this.#db = db;
    this.#buffer = buffer;
    this.#words = database.engine.words;
    this.#revision = new Revision(account.revision, sources.clock);
    const { newId } = sources;
    const audit = new TransactionAudit(account, shared, { origin, time: this.#revision.time, newId });
    this.#audit = audit;
    this.#after = account;
    const names = new CertificateNames(db, id, () => shared.admitNoMore());
    const access = { accessChanges: this.#accessChanges, names };
    this.users = new KyselyUserWriter(db, origin, pages, { buffer, revision: this.#revision, audit, ...access });
    this.changes = new KyselyChangeReader(db, id);
    this.apiKeys = new KyselyApiKeyWriter(db, id, pages.dialect.json, { audit, ...access });
    this.sessions = new KyselySessionWriter(db, id, pages.dialect.json, audit);
    const audited = beforeEachStatement(db, async () => {
      await this.flush();
      await audit.flush();
    });
    this.audit = new KyselyAuditReader(audited, id, pages.dialect.json);
    this.userData = new KyselyUserDataReader(audited, id);
    this.answers = new KyselyAnswerStore(db, id, sources.clock);
    this.nonces = new KyselyNonceStore(db, id);
  }

  /** The account has come about in this transaction. */
  recordCreation(): void {
    this.#audit.record({ action: "CREATED", ...aboutAccount(this.account) });
  }

  get revision(): number {
    return this.#revision.current;
  }

  noteRefusal(refusal: AuditedRefusal): void {
    this.#audit.noteRefusal(refusal);
  }

  // What locks more than the account's own rows is the last of its group, or two groups could each hold what the other waits for.
  async insertAccount(other: NewAccount): Promise<Account | undefined> {
    this.#shared.admitNoMore();
    const account = await insertAccount(this.#db, other, this.now());
    if (account !== undefined) {
      await this.#recordInDefault({ action: "CREATED", ...aboutAccount(account) });
    }
    return account;
  }

  async updateAccount(changed: Account): Promise<Account> {
    this.#shared.admitNoMore();
    this.#accessChanges.add(null);
    await updateAccount(this.#db, this.account, changed);
    const changedFields = changedAccountFields(this.account, changed);
    this.#audit.record({ action: "UPDATED", ...aboutAccount(changed), changedFields });
    this.#after = changed;
    return changed;
  }

  async eraseAccount(): Promise<void> {
    this.#shared.admitNoMore();
    this.#accessChanges.add(null);
    await this.flush();
    await this.#audit.flush();
    await this.#words.removeAll(this.#db, this.account.id);
    await eraseAccount(this.#db, this.account);
    await this.#recordInDefault({ action: "DELETED", ...aboutAccount(this.account) });
    this.#after = undefined;
  }

  async lastingAnswers(): Promise<KyselyAnswerStore> {
    this.#shared.admitNoMore();
    await this.#shared.accounts.lock(DEFAULT_ACCOUNT);
    return new KyselyAnswerStore(this.#db, DEFAULT_ACCOUNT, this.now);
  }

  async countActiveSuperAdmins({ elsewhere } = { elsewhere: false }): Promise<number> {
    this.#shared.admitNoMore();
    // The default account's row stands for the super admins of all: with it locked, two transactions can't each take away
    // the other's last but one. Nobody who holds it waits for another account.
    await this.#shared.accounts.lock(DEFAULT_ACCOUNT);
    return countActiveSuperAdmins(this.#db, elsewhere ? this.account.id : null);
  }

  /** The log of an account begins after it was made, and ends with it. */
  async #recordInDefault(change: AuditedChange): Promise<void> {
    if (this.account.id === DEFAULT_ACCOUNT) {
      this.#audit.record(change);
    } else {
      this.#audit.recordIn(await this.#shared.accounts.lock(DEFAULT_ACCOUNT), change);
    }
  }

  /** Writes what still waits to be written. */
  async flush(): Promise<void> {
    await this.#buffer.flush();
    await this.sessions.flush();
    await this.apiKeys.flush();
  }

  /** Hands the account over to the writes that follow in the database's transaction. Returns the event of this one. */
  handOver(): CommitEvent {
    const { accounts } = this.#shared;
    const { changed, current } = this.#revision;
    const auditSequence = this.#audit.sequence;
    if (this.#after === undefined) {
      accounts.remove(this.account.id);
    } else if (changed || auditSequence !== this.account.auditSequence) {
      accounts.replace({ ...this.#after, revision: current, auditSequence });
    }
    this.#audit.handOver();
    return {
      accountId: this.account.id,
      revision: changed ? current : null,
      accessChanges: this.#accessChanges.list(),
    };
  }
}

function aboutAccount({ id }: Account): Pick<AuditedChange, "resource" | "resourceId" | "userId"> {
  return { resource: "ACCOUNT", resourceId: id, userId: null };
}
