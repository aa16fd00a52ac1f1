import type { MetadataRules } from "../../directory/accounts/metadata-rules.ts";
import type { AccountView } from "../../directory/store/account-view.ts";
import type { LeastRevision } from "../../directory/store/replicas.ts";
import type { FoundUser, UserKey } from "../../directory/store/users.ts";
import type { Database } from "../database.ts";
import { findEncoded, findInView } from "../users/find-user.ts";
import type { UserPages } from "../users/user-pages.ts";
import { viewAccount } from "./account-view.ts";

/** Reads of one account. With `least`, a replica may answer. */
export interface AccountReads {
  view<T>(
    by: "reader" | "scanner",
    accountId: string,
    work: (view: AccountView) => Promise<T>,
    least?: LeastRevision,
  ): Promise<T>;
  findUser(accountId: string, key: UserKey, least?: LeastRevision): Promise<FoundUser | undefined>;
}

/** Reads of one database. */
export class DatabaseReads implements AccountReads {
  readonly #database: Database;
  readonly #pages: UserPages;
  readonly #metadataRules: MetadataRules;

  constructor(database: Database, pages: UserPages, metadataRules: MetadataRules) {
    this.#database = database;
    this.#pages = pages;
    this.#metadataRules = metadataRules;
  }

  view<T>(by: "reader" | "scanner", accountId: string, work: (view: AccountView) => Promise<T>): Promise<T> {
    return this.#database.snapshot(by, async (db) =>
      work(await viewAccount(db, accountId, this.#pages, this.#metadataRules)),
    );
  }

  async findUser(accountId: string, key: UserKey): Promise<FoundUser | undefined> {
    return (await this.findEncoded(accountId, key)) ?? this.view("reader", accountId, (view) => findInView(view, key));
  }

  /** In one query. Undefined says nothing. */
  findEncoded(accountId: string, key: UserKey): Promise<FoundUser | undefined> {
    return this.#database.read((db) => findEncoded(db, accountId, key, this.#pages.encoder));
  }
}
