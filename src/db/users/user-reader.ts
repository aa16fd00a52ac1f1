import type { Kysely } from "kysely";
import type { UserFilter } from "../../directory/lists/filter.ts";
import type { EncodedUser, EncodedUserAt, ListedUser, ListQuery, UserReader } from "../../directory/store/users.ts";
import type { UserKeyKind } from "../../directory/users/user.ts";
import { foldKey, type User } from "../../directory/users/user.ts";
import { fromImage, toUser } from "../query/rows.ts";
import type { Schema, UserRow } from "../schema.ts";
import { ENCODED_COLUMNS, goodEncoding, readEncoded } from "./encoded-users.ts";
import { countUsers } from "./user-list.ts";
import type { UserPages } from "./user-pages.ts";
import { FIND_LIVE_USER, FIND_USER, KEY_COLUMNS, LIST_ENCODED, users } from "./user-statements.ts";

export class KyselyUserReader implements UserReader {
  protected readonly db: Kysely<Schema>;
  protected readonly accountId: string;
  protected readonly pages: UserPages;

  constructor(db: Kysely<Schema>, accountId: string, pages: UserPages) {
    this.db = db;
    this.accountId = accountId;
    this.pages = pages;
  }

  async find(id: string): Promise<User | undefined> {
    const row = await FIND_USER.executeTakeFirst(this.db, { accountId: this.accountId, key: id });
    return row && toUser(row);
  }

  async findLive(kind: UserKeyKind, keys: readonly string[]): Promise<User[]> {
    if (keys.length === 0) {
      return [];
    }
    const wanted = [...new Set(keys.map((key) => foldKey(kind, key)))];
    const [key = ""] = wanted;
    const rows =
      wanted.length === 1
        ? await FIND_LIVE_USER[kind].execute(this.db, { accountId: this.accountId, key })
        : await users(this.db, this.accountId)
            .where(KEY_COLUMNS[kind], "in", wanted)
            .where("delete_time", "is", null)
            .execute();
    return rows.map(toUser);
  }

  async isOfDeleted(kind: UserKeyKind, key: string): Promise<boolean> {
    const row = await this.db
      .selectFrom("users")
      .select("id")
      .where("account_id", "=", this.accountId)
      .where(KEY_COLUMNS[kind], "=", foldKey(kind, key))
      .where("delete_time", "is not", null)
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  async findEncoded(kind: UserKeyKind, keys: readonly string[]): Promise<ReadonlyMap<string, EncodedUser>> {
    if (keys.length === 0) {
      return new Map();
    }
    const wanted = [...new Set(keys.map((key) => foldKey(kind, key)))];
    const rows = await this.db
      .selectFrom("users")
      .select(`users.${KEY_COLUMNS[kind]} as key`)
      .select(ENCODED_COLUMNS)
      .where("account_id", "=", this.accountId)
      .where(KEY_COLUMNS[kind], "in", wanted)
      .where("delete_time", "is", null)
      .execute();
    const encoded = await readEncoded(this.db, rows, this.pages.encoder);
    return new Map(encoded.map((user, index) => [rows[index]?.key ?? "", user]));
  }

  async list(query: ListQuery): Promise<ListedUser[]> {
    return this.pages.read(this.db, this.accountId, query);
  }

  async count(showDeleted: boolean, filter?: UserFilter): Promise<number> {
    return countUsers(this.db, this.accountId, { showDeleted, filter }, this.pages.json);
  }

  async listAt(revision: number, after: string, limit: number): Promise<StateAt[]> {
    const rows = await this.#statesAt(revision).where("id", ">", after).orderBy("id").limit(limit).execute();
    return rows.map((row) => toStateAt(row, revision));
  }

  async listEncodedAt(revision: number, after: string, limit: number): Promise<EncodedUserAt[]> {
    const rows = await LIST_ENCODED.execute(this.db, { accountId: this.accountId, after, limit });
    const good = rows.map((row) => (row.revision <= revision ? goodEncoding(row, this.pages.encoder) : undefined));
    const others = rows.filter((_, place) => good[place] === undefined).map(({ id }) => id);
    const states = await this.#findStatesAt(revision, others);
    return rows.map(({ id, delete_time }, place) => {
      const encoded = good[place];
      if (encoded !== undefined) {
        return { id, encoded, deleted: delete_time !== null };
      }
      const state = states.get(id) ?? null;
      return { id, encoded: state && this.encode(state), deleted: state?.deleteTime != null };
    });
  }

  async #findStatesAt(revision: number, ids: readonly string[]): Promise<ReadonlyMap<string, User | null>> {
    const rows = ids.length === 0 ? [] : await this.#statesAt(revision).where("id", "in", ids).execute();
    return new Map(rows.map((row) => toStateAt(row, revision)).map(({ id, state }) => [id, state]));
  }

  // A user that has changed since is in the history, as it was before the first of those changes. One row per user that
  // exists now, so the cost of a page depends neither on the length of the history nor on what others write.
  #statesAt(revision: number) {
    return users(this.db, this.accountId).select((users) =>
      users
        .case()
        .when("users.revision", ">", revision)
        .then(
          users
            .selectFrom("changes")
            .select("image_before")
            .whereRef("changes.account_id", "=", "users.account_id")
            .whereRef("changes.user_id", "=", "users.id")
            .where("changes.revision", ">", revision)
            .orderBy("changes.revision")
            .orderBy("changes.ordinal")
            .limit(1),
        )
        .end()
        .as("image_then"),
    );
  }

  encode(user: User): EncodedUser {
    return this.pages.encoder.encode(user);
  }
}

interface StateAt {
  readonly id: string;
  readonly state: User | null;
}

function toStateAt({ image_then, ...row }: UserRow & { readonly image_then: string | null }, revision: number): StateAt {
  if (row.revision <= revision) {
    return { id: row.id, state: toUser(row) };
  }
  return { id: row.id, state: image_then === null ? null : fromImage(image_then) };
}
