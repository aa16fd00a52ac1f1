import type {
  EncodedUser,
  EncodedUserAt,
  ListedUser,
  ListQuery,
  UserReader,
  UserSelection,
} from "../../directory/store/users.ts";
import type { UserKeyKind } from "../../directory/users/user.ts";
import { foldKey, type User } from "../../directory/users/user.ts";
import type { Queryable } from "../query/queryable.ts";
import { ENCODED_COLUMNS, readEncoded } from "./encoded-users.ts";
import { countUsers } from "./user-list.ts";
import type { UserPages } from "./user-pages.ts";
import { toUser } from "./user-row.ts";
import { FIND_LIVE_USER, FIND_USER, KEY_COLUMNS, selectUsers } from "./user-statements.ts";
import { listEncodedUsersAt, listUsersAt, type UserAt } from "./users-at-revision.ts";

export class KyselyUserReader implements UserReader {
  protected readonly db: Queryable;
  protected readonly accountId: string;
  protected readonly pages: UserPages;

  constructor(db: Queryable, accountId: string, pages: UserPages) {
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
        : await selectUsers(this.db, this.accountId)
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

  async count(selection: UserSelection, upTo?: number): Promise<number> {
    return countUsers(this.db, this.accountId, selection, { dialect: this.pages.dialect, upTo });
  }

  async listAt(revision: number, after: string, limit: number): Promise<UserAt[]> {
    return listUsersAt(this.db, this.accountId, revision, { after, limit });
  }

  async listEncodedAt(revision: number, after: string, limit: number): Promise<EncodedUserAt[]> {
    return listEncodedUsersAt(this.db, this.accountId, revision, { after, limit, encoder: this.pages.encoder });
  }

  encode(user: User): EncodedUser {
    return this.pages.encoder.encode(user);
  }
}
