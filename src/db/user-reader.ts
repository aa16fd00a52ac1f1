import type { Kysely } from "kysely";
import type { UserFilter } from "../directory/filter.ts";
import type { ListedUser, ListQuery, UserImage, UserImageAt, UserKeyKind, UserReader } from "../directory/store.ts";
import { foldEmail, type User } from "../directory/user.ts";
import { fromImage, toUser } from "./rows.ts";
import type { Schema } from "./schema.ts";
import { selectImage, toUserImage } from "./user-images.ts";
import { countUsers } from "./user-list.ts";
import { stateBefore, type UserQueries } from "./user-queries.ts";
import { FIND_LIVE_USER, FIND_USER, KEY_COLUMNS, users } from "./user-statements.ts";

export class KyselyUserReader implements UserReader {
  protected readonly db: Kysely<Schema>;
  protected readonly accountId: string;
  protected readonly queries: UserQueries;

  constructor(db: Kysely<Schema>, accountId: string, queries: UserQueries) {
    this.db = db;
    this.accountId = accountId;
    this.queries = queries;
  }

  async find(id: string): Promise<User | undefined> {
    const row = await FIND_USER.executeTakeFirst(this.db, { accountId: this.accountId, key: id });
    return row && toUser(row);
  }

  async findLive(kind: UserKeyKind, keys: readonly string[]): Promise<User[]> {
    if (keys.length === 0) {
      return [];
    }
    const wanted = [...new Set(kind === "email" ? keys.map(foldEmail) : keys)];
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

  async findImages(kind: UserKeyKind, keys: readonly string[]): Promise<ReadonlyMap<string, UserImage>> {
    if (keys.length === 0) {
      return new Map();
    }
    const wanted = [...new Set(kind === "email" ? keys.map(foldEmail) : keys)];
    const { json, images } = this.queries;
    const rows = await this.db
      .selectFrom("users")
      .select(`users.${KEY_COLUMNS[kind]} as key`)
      .select(selectImage(json, images))
      .where("account_id", "=", this.accountId)
      .where(KEY_COLUMNS[kind], "in", wanted)
      .where("delete_time", "is", null)
      .execute();
    return new Map(
      rows.flatMap(({ key, ...row }) => {
        const image = toUserImage(row, images);
        return key === null || image === null ? [] : [[key, image] as const];
      }),
    );
  }

  async list(query: ListQuery): Promise<ListedUser[]> {
    return this.queries.pages.read(this.db, this.accountId, query);
  }

  async count(showDeleted: boolean, filter?: UserFilter): Promise<number> {
    return countUsers(this.db, this.accountId, { showDeleted, filter }, this.queries.json);
  }

  async listAt(revision: number, after: string, limit: number): Promise<Array<{ id: string; state: User | null }>> {
    const rows = await users(this.db, this.accountId)
      .select((row) => row.case().when("users.revision", ">", revision).then(stateBefore(revision)).end().as("image_then"))
      .where("id", ">", after)
      .orderBy("id")
      .limit(limit)
      .execute();
    return rows.map(({ image_then, ...row }) => {
      if (row.revision <= revision) {
        return { id: row.id, state: toUser(row) };
      }
      return { id: row.id, state: image_then === null ? null : fromImage(image_then) };
    });
  }

  async listImagesAt(revision: number, after: string, limit: number): Promise<UserImageAt[]> {
    const rows = await this.queries.listAt.execute(this.db, { accountId: this.accountId, revision, after, limit });
    return rows.map(({ id, revision: current, delete_time, image, state }) => {
      if (current <= revision) {
        const deleted = delete_time !== null;
        return { id, image: toUserImage({ image, state }, this.queries.images), deleted };
      }
      const then = state === null ? null : fromImage(state);
      return { id, image: then && this.imageOf(then), deleted: then?.deleteTime != null };
    });
  }

  imageOf(user: User): UserImage {
    return this.queries.images.encode(user);
  }
}
