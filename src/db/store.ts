import { setImmediate, setTimeout } from "node:timers/promises";
import type { Kysely, Transaction } from "kysely";
import { type Account, DEFAULT_ACCOUNT } from "../directory/accounts/account.ts";
import { notFound, RosterError, storeUnavailable } from "../directory/errors.ts";
import type { KeyHolder } from "../directory/keys/api-key.ts";
import type { SessionFilter, UserFilter } from "../directory/lists/filter.ts";
import type { Session } from "../directory/sessions/session.ts";
import type { AccountTransaction, AccountView } from "../directory/store/account-view.ts";
import type { CommitEvent, CommitEventBus, CommitSubscriber } from "../directory/store/commit-event.ts";
import type { PageQuery } from "../directory/store/page-query.ts";
import type { SessionListQuery } from "../directory/store/sessions.ts";
import type { Origin, Sources, Store, WriteFailure } from "../directory/store/store.ts";
import type { FoundUser, ListedUser, ListQuery, UserKey } from "../directory/store/users.ts";
import type { UserKeyKind } from "../directory/users/user.ts";
import { foldKey } from "../directory/users/user.ts";
import type { Micros } from "../directory/values/clock.ts";
import {
  claimSlug,
  countAccounts,
  countActiveSuperAdmins,
  eraseAccount,
  FIND_ACCOUNT,
  insertAccount,
  listAccounts,
  updateAccount,
} from "./accounts/account-store.ts";
import { KyselyAnswers } from "./accounts/answer-store.ts";
import { Access } from "./commit/access.ts";
import { CommitEvents } from "./commit/commit-events.ts";
import { CommitGroups, type Shared } from "./commit/commit-groups.ts";
import { Revision } from "./commit/revision.ts";
import type { Engine } from "./engine.ts";
import { findKeyHolders, KyselyApiKeys } from "./keys/api-key-store.ts";
import { KyselyNonces } from "./keys/nonce-store.ts";
import { pruneAccount } from "./maintenance/prune.ts";
import { tryWrite } from "./maintenance/try-write.ts";
import { toAccount } from "./query/rows.ts";
import type { Schema } from "./schema.ts";
import { countSessions, KyselySessions, listSessions } from "./sessions/session-store.ts";
import { KyselyChanges } from "./users/change-reader.ts";
import { goodEncoding } from "./users/encoded-users.ts";
import { countUsers } from "./users/user-list.ts";
import { UserPages } from "./users/user-pages.ts";
import { KyselyUserReader } from "./users/user-reader.ts";
import { FIND_LIVE_ENCODED } from "./users/user-statements.ts";
import { KyselyUserWriter } from "./users/user-writer.ts";

/** Deadlocks and serialisation failures are run again so often, with pauses of up to 2, 4, 8, … milliseconds. */
const MAX_ATTEMPTS = 10;

/** The store, but that comes before anything it does. */
function doFirst<S extends object>(first: () => Promise<void>, store: S): S {
  return new Proxy(store, {
    get(_, name) {
      const member: unknown = Reflect.get(store, name);
      return typeof member !== "function"
        ? member
        : async (...args: unknown[]) => {
            await first();
            return Reflect.apply(member, store, args);
          };
    },
  });
}

/** Ends a transaction without an error and without a trace. */
class DryRun<T> {
  readonly result: T;

  constructor(result: T) {
    this.result = result;
  }
}

async function withoutTrace<T>(transaction: () => Promise<T>): Promise<T> {
  try {
    return await transaction();
  } catch (ended) {
    if (ended instanceof DryRun) {
      return ended.result;
    }
    throw ended;
  }
}

export class KyselyStore implements Store {
  readonly #engine: Engine;
  readonly #sources: Sources;
  readonly #users: UserPages;
  // Each account is written by one transaction at a time anyway: those that wait here hold no connection.
  readonly #groups: CommitGroups;
  readonly #events: CommitEvents;
  #writeFailure: WriteFailure | undefined;

  constructor(engine: Engine, sources: Sources, bus?: CommitEventBus) {
    this.#events = new CommitEvents(bus);
    this.#engine = engine;
    this.#sources = sources;
    this.#groups = new CommitGroups(engine, (work) => this.#transaction(work));
    this.#users = new UserPages(engine.json, sources.encoder);
  }

  read<T>(accountId: string, work: (view: AccountView) => Promise<T>): Promise<T> {
    return this.#view(this.#engine.reader, accountId, work);
  }

  scan<T>(accountId: string, work: (view: AccountView) => Promise<T>): Promise<T> {
    return this.#view(this.#engine.scanner, accountId, work);
  }

  async write<T>(origin: Origin, work: (tx: AccountTransaction) => Promise<T>): Promise<T> {
    const key = this.#engine.commitsWith(origin.accountId);
    const { result, event } = await this.#guard(() =>
      withoutTrace(() => this.#groups.run(key, (shared) => this.#change(shared, origin, work), origin)),
    );
    await this.#events.publish(event);
    return result;
  }

  async createAccount<T>(
    account: Pick<Account, "id" | "name" | "slug" | "metadata">,
    work: (tx: AccountTransaction) => Promise<T>,
  ): Promise<T | undefined> {
    return withoutTrace(() =>
      this.#groups.run(this.#engine.commitsWith(account.id), async (shared) => {
        shared.close();
        const stored = await insertAccount(shared.db, account, this.#sources.clock());
        if (stored === undefined || !(await claimSlug(shared.db, stored))) {
          throw new DryRun(undefined);
        }
        const { result } = await this.#change(shared, { accountId: account.id, apiKeyId: null, requestId: null }, work);
        return result;
      }),
    );
  }

  listAccountIds(after: string, limit: number): Promise<string[]> {
    return this.#guard(async () => {
      const rows = await this.#engine.reader
        .selectFrom("accounts")
        .select("account_id")
        .where("account_id", ">", after)
        .orderBy("account_id")
        .limit(limit)
        .execute();
      return rows.map((row) => row.account_id);
    });
  }

  async findUser(accountId: string, { kind, key, showDeleted = false }: UserKey): Promise<FoundUser | undefined> {
    const anyState = showDeleted && kind === "id";
    return (
      (anyState ? undefined : await this.#findImage(accountId, kind, key)) ?? this.#readUser(accountId, kind, key, anyState)
    );
  }

  listAllUsers(query: ListQuery): Promise<ListedUser[]> {
    return this.#snapshot(this.#engine.scanner, (db) => this.#users.read(db, null, query));
  }

  countAllUsers(showDeleted: boolean, filter?: UserFilter): Promise<number> {
    return this.#guard(() => countUsers(this.#engine.scanner, null, { showDeleted, filter }, this.#engine.json));
  }

  listAccounts(query: PageQuery): Promise<Account[]> {
    return this.#guard(() => listAccounts(this.#engine.reader, query));
  }

  countAccounts(): Promise<number> {
    return this.#guard(() => countAccounts(this.#engine.reader));
  }

  listAllSessions(query: SessionListQuery): Promise<Session[]> {
    return this.#snapshot(this.#engine.scanner, (db) => listSessions(db, null, query, this.#engine.json));
  }

  countAllSessions(filter?: SessionFilter): Promise<number> {
    return this.#guard(() => countSessions(this.#engine.scanner, null, { filter }, this.#engine.json));
  }

  findKeyHolders(keyId: string): Promise<KeyHolder[]> {
    return this.#guard(() => findKeyHolders(this.#engine.reader, keyId));
  }

  async noteKeyUse(accountId: string, keyId: string, time: Micros): Promise<void> {
    // In a transaction, because SQLite waits for the lock of another process without one by stopping this process.
    await this.#transaction((db) =>
      db
        .updateTable("api_keys")
        .set({ last_use_time: time })
        .where("account_id", "=", accountId)
        .where("id", "=", keyId)
        .execute(),
    );
  }

  onCommit(subscriber: CommitSubscriber): void {
    this.#events.subscribe(subscriber);
  }

  revisions(accountIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#guard(async () => {
      const rows = await this.#engine.reader
        .selectFrom("accounts")
        .select(["account_id", "revision"])
        .where("account_id", "in", accountIds)
        .execute();
      return new Map(rows.map((row) => [row.account_id, row.revision]));
    });
  }

  secret(name: string, mint: () => Uint8Array): Promise<Uint8Array> {
    return this.#transaction(async (db) => {
      const key = { account_id: DEFAULT_ACCOUNT, name };
      await db
        .insertInto("secrets")
        .values({ ...key, value: mint() })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      const row = await db
        .selectFrom("secrets")
        .select("value")
        .where("account_id", "=", key.account_id)
        .where("name", "=", key.name)
        .executeTakeFirstOrThrow();
      return row.value;
    });
  }

  async prune(before: { readonly changes: Micros; readonly answers: Micros }): Promise<void> {
    const PAGE = 100;
    for (
      let ids = await this.listAccountIds("", PAGE);
      ids.length > 0;
      ids = await this.listAccountIds(ids.at(-1) ?? "", PAGE)
    ) {
      for (const id of ids) {
        while (await this.#transaction((db) => pruneAccount(db, id, before))) {
          await setImmediate();
        }
      }
    }
    await this.#guard(() => this.#engine.eraseRemains());
  }

  async ping(): Promise<void> {
    await this.listAccountIds("", 1);
  }

  async tryWrite(): Promise<void> {
    await this.#transaction(tryWrite);
  }

  get writeFailure(): WriteFailure | undefined {
    return this.#writeFailure;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  /** In one query, if there is a live user with a good image. */
  #findImage(accountId: string, kind: UserKeyKind, key: string): Promise<FoundUser | undefined> {
    return this.#guard(async () => {
      const values = { accountId, key: foldKey(kind, key) };
      const row = await FIND_LIVE_ENCODED[kind].executeTakeFirst(this.#engine.reader, values);
      const encoded = row && goodEncoding(row, this.#users.encoder);
      return encoded && { encoded, revision: row.account_revision ?? 0 };
    });
  }

  #readUser(accountId: string, kind: UserKeyKind, key: string, anyState: boolean): Promise<FoundUser | undefined> {
    return this.read(accountId, async ({ account, users }) => {
      const user = anyState ? await users.find(key) : (await users.findLive(kind, [key]))[0];
      return user && { encoded: users.encode(user), revision: account.revision };
    });
  }

  async #account(db: Kysely<Schema>, id: string): Promise<Account> {
    const row = await FIND_ACCOUNT.executeTakeFirst(db, { id });
    if (row === undefined) {
      throw notFound("Account", id);
    }
    return toAccount(row);
  }

  async #change<T>(
    { db, accounts, close }: Shared,
    origin: Origin,
    work: (tx: AccountTransaction) => Promise<T>,
  ): Promise<{ result: T; event: CommitEvent }> {
    const account = await accounts.get(origin.accountId);
    const { clock, newId } = this.#sources;
    const json = this.#engine.json;
    const access = new Access();
    const revision = new Revision(account.revision, clock);
    const users = new KyselyUserWriter(db, origin, revision, access, this.#users, this.#engine.rowsPerInsert);
    const flush = () => users.flush();
    let after: Account | undefined = account;
    const result = await work({
      account,
      users,
      get changes() {
        return doFirst(flush, new KyselyChanges(db, account.id));
      },
      get apiKeys() {
        return doFirst(flush, new KyselyApiKeys(db, account.id, access));
      },
      get sessions() {
        return doFirst(flush, new KyselySessions(db, account.id, json));
      },
      answers: new KyselyAnswers(db, account.id, clock),
      nonces: new KyselyNonces(db, account.id),
      now: clock,
      newId,
      get revision() {
        return revision.current;
      },
      // What locks more than the account's own rows is the last of its group, or two groups could each hold what the other waits for.
      async insertAccount(other) {
        close();
        return (await claimSlug(db, other)) ? insertAccount(db, other, clock()) : undefined;
      },
      async updateAccount(changed) {
        close();
        access.note(null);
        await updateAccount(db, account, changed);
        after = changed;
        return changed;
      },
      async eraseAccount() {
        close();
        access.note(null);
        await flush();
        await eraseAccount(db, account);
        after = undefined;
      },
      async lastingAnswers() {
        close();
        await accounts.get(DEFAULT_ACCOUNT);
        return new KyselyAnswers(db, DEFAULT_ACCOUNT, clock);
      },
      countActiveSuperAdmins: async ({ elsewhere } = { elsewhere: false }) => {
        close();
        await flush();
        // The default account's row stands for the super admins of all: with it locked, two transactions can't each take away
        // the other's last but one. Nobody who holds it waits for another account.
        await accounts.get(DEFAULT_ACCOUNT);
        return countActiveSuperAdmins(db, elsewhere ? account.id : null);
      },
    });
    await flush();
    if (origin.dryRun) {
      throw new DryRun({ result, event: { accountId: account.id, revision: null, accessChanges: [] } });
    }
    if (revision.changed || after !== account) {
      accounts.set(account.id, after && { ...after, revision: revision.current });
    }
    const committed = { revision: revision.changed ? revision.current : null, accessChanges: access.users };
    return { result, event: { accountId: account.id, ...committed } };
  }

  #view<T>(reader: Kysely<Schema>, accountId: string, work: (view: AccountView) => Promise<T>): Promise<T> {
    return this.#snapshot(reader, async (db) => {
      const account = await this.#account(db, accountId);
      return work({
        account,
        users: new KyselyUserReader(db, accountId, this.#users),
        changes: new KyselyChanges(db, accountId),
        apiKeys: new KyselyApiKeys(db, accountId),
        sessions: new KyselySessions(db, accountId, this.#engine.json),
      });
    });
  }

  /** Whatever `work` reads is of one moment. */
  #snapshot<T>(reader: Kysely<Schema>, work: (db: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#guard(() =>
      reader.transaction().setIsolationLevel("repeatable read").setAccessMode("read only").execute(work),
    );
  }

  #transaction<T>(work: (db: Transaction<Schema>) => Promise<T>): Promise<T> {
    return this.#guard(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await this.#engine.writer.transaction().execute(work);
        } catch (error) {
          if (!this.#engine.isRetryable(error)) {
            throw error;
          }
          if (attempt === MAX_ATTEMPTS) {
            throw storeUnavailable("unwritable", error);
          }
          await setTimeout(Math.random() * 2 ** attempt);
        }
      }
    });
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const outage = error instanceof RosterError ? undefined : this.#engine.outageOf(error);
      if (outage === "unwritable") {
        this.#writeFailure = { time: performance.now(), cause: error };
      }
      throw outage === undefined ? error : storeUnavailable(outage, error);
    }
  }
}
