import { setTimeout } from "node:timers/promises";
import type { Kysely, Transaction } from "kysely";
import { type Account, type AccountStatus, DEFAULT_ACCOUNT } from "../directory/account.ts";
import type { KeyHolder } from "../directory/api-key.ts";
import type { Micros } from "../directory/clock.ts";
import { accountNotFound, RosterError, storeUnavailable } from "../directory/errors.ts";
import type { AccountTransaction, AccountView, ListQuery, Origin, Sources, Store } from "../directory/store.ts";
import type { User } from "../directory/user.ts";
import type { Engine } from "./engine.ts";
import { pruneAccount } from "./prune.ts";
import { Revision } from "./revision.ts";
import { toAccount, toApiKey, toUser } from "./rows.ts";
import type { Schema } from "./schema.ts";
import { KyselyAnswers, KyselyApiKeys } from "./small-stores.ts";
import { Turns } from "./turns.ts";
import { countUsers, KyselyUserReader, KyselyUserWriter, listUsers } from "./user-store.ts";

/** Deadlocks and serialisation failures are run again so often, with pauses of up to 2, 4, 8, … milliseconds. */
const MAX_ATTEMPTS = 10;

/** Ends a transaction without an error and without a trace. */
class DryRun<T> {
  readonly result: T;

  constructor(result: T) {
    this.result = result;
  }
}

export class KyselyStore implements Store {
  readonly #engine: Engine;
  readonly #sources: Sources;
  // Each account is written by one transaction at a time anyway: those that wait here hold no connection.
  readonly #turns = new Turns();

  constructor(engine: Engine, sources: Sources) {
    this.#engine = engine;
    this.#sources = sources;
  }

  read<T>(accountId: string, work: (view: AccountView) => Promise<T>): Promise<T> {
    return this.#guard(() =>
      this.#engine.reader
        .transaction()
        .setIsolationLevel("repeatable read")
        .setAccessMode("read only")
        .execute(async (db) => {
          const account = await this.#account(db, accountId);
          return work({ account, users: new KyselyUserReader(db, accountId), apiKeys: new KyselyApiKeys(db, accountId) });
        }),
    );
  }

  async write<T>(origin: Origin, work: (tx: AccountTransaction) => Promise<T>): Promise<T> {
    try {
      return await this.#turns.run(origin.accountId, () =>
        this.#transaction(async (db) => {
          const account = await this.#account(db, origin.accountId, true);
          const result = await this.#change(db, account, origin, work);
          if (origin.dryRun) {
            throw new DryRun(result);
          }
          return result;
        }),
      );
    } catch (ended) {
      if (ended instanceof DryRun) {
        return ended.result;
      }
      throw ended;
    }
  }

  createAccount<T>(
    { id, name }: { readonly id: string; readonly name: string },
    work: (tx: AccountTransaction) => Promise<T>,
  ): Promise<T | undefined> {
    return this.#transaction(async (db) => {
      const now = this.#sources.clock();
      const row = await db
        .insertInto("accounts")
        .values({ account_id: id, name, status: "ACTIVE", create_time: now, update_time: now })
        .onConflict((conflict) => conflict.doNothing())
        .returningAll()
        .executeTakeFirst();
      return row && this.#change(db, toAccount(row), { accountId: id, apiKeyId: null, requestId: null }, work);
    });
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

  listAllUsers(query: ListQuery): Promise<User[]> {
    return this.#guard(() => listUsers(this.#engine.reader, null, query));
  }

  countAllUsers(showDeleted: boolean): Promise<number> {
    return this.#guard(() => countUsers(this.#engine.reader, null, showDeleted));
  }

  findKeyHolders(keyId: string): Promise<KeyHolder[]> {
    return this.#guard(async () => {
      const rows = await this.#engine.reader
        .selectFrom("api_keys")
        .innerJoin("accounts", "accounts.account_id", "api_keys.account_id")
        .innerJoin("users", (join) =>
          join.onRef("users.account_id", "=", "api_keys.account_id").onRef("users.id", "=", "api_keys.user_id"),
        )
        .selectAll("users")
        .select([
          "accounts.status as account_status",
          "api_keys.id as key_id",
          "api_keys.display_name as key_display_name",
          "api_keys.role",
          "api_keys.digest",
          "api_keys.create_time as key_create_time",
          "api_keys.expire_time",
          "api_keys.revoke_time",
        ])
        .where("api_keys.id", "=", keyId)
        .execute();
      return rows.map((row) => ({
        accountId: row.account_id,
        accountStatus: row.account_status as AccountStatus,
        key: toApiKey({
          ...row,
          id: row.key_id,
          user_id: row.id,
          display_name: row.key_display_name,
          create_time: row.key_create_time,
        }),
        digest: row.digest,
        user: toUser(row),
      }));
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
        while (await this.#transaction((db) => pruneAccount(db, id, before)));
      }
    }
  }

  async ping(): Promise<void> {
    await this.listAccountIds("", 1);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  async #account(db: Kysely<Schema>, id: string, lock = false): Promise<Account> {
    const query = db.selectFrom("accounts").selectAll().where("account_id", "=", id);
    const row = await (lock ? this.#engine.forUpdate(query) : query).executeTakeFirst();
    if (row === undefined) {
      throw accountNotFound(id);
    }
    return toAccount(row);
  }

  async #change<T>(
    db: Transaction<Schema>,
    account: Account,
    origin: Origin,
    work: (tx: AccountTransaction) => Promise<T>,
  ): Promise<T> {
    const { clock, newId } = this.#sources;
    const revision = new Revision(account.revision, clock);
    const result = await work({
      account,
      users: new KyselyUserWriter(db, origin, revision),
      apiKeys: new KyselyApiKeys(db, account.id),
      answers: new KyselyAnswers(db, account.id, clock),
      now: clock,
      newId,
      get revision() {
        return revision.current;
      },
      countActiveSuperAdmins: () => this.#countActiveSuperAdmins(db),
    });
    if (revision.changed) {
      await db.updateTable("accounts").set({ revision: revision.current }).where("account_id", "=", account.id).execute();
    }
    return result;
  }

  // The default account's row stands for the super admins of all: with it locked, two transactions can't each take away the
  // other's last but one. Nobody who holds it waits for another account.
  async #countActiveSuperAdmins(db: Transaction<Schema>): Promise<number> {
    await this.#account(db, DEFAULT_ACCOUNT, true);
    const { count } = await db
      .selectFrom("users")
      .select((users) => users.fn.countAll<number>().as("count"))
      .where("super_admin", "=", 1)
      .where("status", "=", "ACTIVE")
      .where("delete_time", "is", null)
      .executeTakeFirstOrThrow();
    return count;
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
            throw storeUnavailable(error);
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
      throw !(error instanceof RosterError) && this.#engine.isUnavailable(error) ? storeUnavailable(error) : error;
    }
  }
}
