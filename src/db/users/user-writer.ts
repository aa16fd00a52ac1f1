import { type Kysely, type Selectable, sql } from "kysely";
import { changesAccess } from "../../directory/keys/authentication.ts";
import type { UserFilter } from "../../directory/lists/filter.ts";
import type { Origin } from "../../directory/store/store.ts";
import type {
  EncodedUser,
  EncodedUserAt,
  Erased,
  ListedUser,
  ListQuery,
  NewUser,
  UserKeys,
  UserWriter,
} from "../../directory/store/users.ts";
import type { UserKeyKind } from "../../directory/users/user.ts";
import { foldKey, type User } from "../../directory/users/user.ts";
import { changedFields } from "../../directory/users/user-fields.ts";
import type { Access } from "../commit/access.ts";
import type { Revision } from "../commit/revision.ts";
import type { Engine } from "../engine.ts";
import { toImage, toUser, toUserRow } from "../query/rows.ts";
import type { ChangesTable, Schema, UserRow } from "../schema.ts";
import { withEncoded } from "./encoded-users.ts";
import { KnownUsers } from "./known-users.ts";
import type { UserPages } from "./user-pages.ts";
import { KyselyUserReader } from "./user-reader.ts";
import { type ChangeRow, insertChanges, insertUsers, type StoredRow, UPDATE_USER, users } from "./user-statements.ts";

export class KyselyUserWriter extends KyselyUserReader implements UserWriter {
  readonly #origin: Origin;
  readonly #revision: Revision;
  readonly #access: Access;
  readonly #rowsPerInsert: Engine["rowsPerInsert"];
  readonly #known = new KnownUsers();
  #newUsers: StoredRow[] = [];
  #newChanges: ChangeRow[] = [];

  constructor(
    db: Kysely<Schema>,
    origin: Origin,
    revision: Revision,
    access: Access,
    pages: UserPages,
    rowsPerInsert: Engine["rowsPerInsert"],
  ) {
    super(db, origin.accountId, pages);
    this.#rowsPerInsert = rowsPerInsert;
    this.#origin = origin;
    this.#revision = revision;
    this.#access = access;
  }

  /** Writes what waits to be inserted. Before anything else is asked of the database that may depend on it. */
  async flush(): Promise<void> {
    const [users, changes] = [this.#newUsers, this.#newChanges];
    this.#newUsers = [];
    this.#newChanges = [];
    await insertUsers(this.db, users, this.#rowsPerInsert);
    await insertChanges(this.db, changes, this.#rowsPerInsert);
  }

  async load({ ids, externalIds, emails }: UserKeys): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => this.#known.find(id) === undefined);
    if (unknown.length > 0) {
      await this.flush();
      const rows = await users(this.db, this.accountId).where("id", "in", unknown).execute();
      this.#known.learn(unknown, rows.map(toUser));
    }
    await this.findLive("externalId", externalIds);
    await this.findLive("email", emails);
  }

  override async find(id: string): Promise<User | undefined> {
    const known = this.#known.find(id);
    if (known !== undefined) {
      return known ?? undefined;
    }
    await this.flush();
    const user = await super.find(id);
    this.#known.learn([id], user === undefined ? [] : [user]);
    return user;
  }

  override async findLive(kind: UserKeyKind, keys: readonly string[]): Promise<User[]> {
    if (kind === "id") {
      await this.flush();
      return super.findLive(kind, keys);
    }
    // Nearly all that an import asks: one key, known since `load`.
    if (keys.length === 1) {
      const [key = ""] = keys;
      const known = this.#known.findLive(kind, foldKey(kind, key));
      if (known !== undefined) {
        return known === null ? [] : [known];
      }
    }
    const wanted = [...new Set(keys.map((key) => foldKey(kind, key)))];
    const unknown = wanted.filter((key) => this.#known.findLive(kind, key) === undefined);
    if (unknown.length > 0) {
      await this.flush();
      this.#known.learnLive(kind, unknown, await super.findLive(kind, unknown));
    }
    return wanted.flatMap((key) => this.#known.findLive(kind, key) ?? []);
  }

  override async list(query: ListQuery): Promise<ListedUser[]> {
    await this.flush();
    return super.list(query);
  }

  override async count(showDeleted: boolean, filter?: UserFilter): Promise<number> {
    await this.flush();
    return super.count(showDeleted, filter);
  }

  override async listAt(...args: Parameters<KyselyUserReader["listAt"]>): ReturnType<KyselyUserReader["listAt"]> {
    await this.flush();
    return super.listAt(...args);
  }

  override async listEncodedAt(...args: Parameters<KyselyUserReader["listEncodedAt"]>): Promise<EncodedUserAt[]> {
    await this.flush();
    return super.listEncodedAt(...args);
  }

  override async isOfDeleted(kind: UserKeyKind, key: string): Promise<boolean> {
    await this.flush();
    return super.isOfDeleted(kind, key);
  }

  override async findEncoded(kind: UserKeyKind, keys: readonly string[]): Promise<ReadonlyMap<string, EncodedUser>> {
    await this.flush();
    return super.findEncoded(kind, keys);
  }

  async insert(user: NewUser): Promise<User> {
    const stamp = this.#revision.next();
    const stored: User = {
      ...user,
      accountId: this.accountId,
      updateTime: user.createTime,
      deleteTime: null,
      version: 1,
      revision: stamp.revision,
    };
    const row = toUserRow(stored);
    this.#newUsers.push(withEncoded(row, this.pages.encoder));
    this.#record("CREATED", stamp, null, row, []);
    this.#known.put(stored);
    await this.#flushMany();
    return stored;
  }

  async update(before: User, after: User): Promise<User> {
    const stamp = this.#revision.next();
    const stored = { ...after, version: before.version + 1, revision: stamp.revision };
    if (this.#newUsers.length > 0) {
      await this.flush();
    }
    const row = toUserRow(stored);
    await UPDATE_USER.execute(this.db, withEncoded(row, this.pages.encoder));
    this.#record(changeType(before, after), stamp, toUserRow(before), row, changedFields(before, stored));
    this.#known.replace(before, stored);
    await this.#flushMany();
    if (changesAccess(before, stored)) {
      this.#access.note(stored.id);
    }
    return stored;
  }

  async purge(user: User): Promise<Erased> {
    await this.flush();
    this.#known.drop(user);
    const ofUser = { account_id: this.accountId, user_id: user.id };
    const changes = await this.db.deleteFrom("changes").where(matches(ofUser)).executeTakeFirstOrThrow();
    const sessions = await this.db.deleteFrom("sessions").where(matches(ofUser)).executeTakeFirstOrThrow();
    await this.db
      .deleteFrom("nonces")
      .where("account_id", "=", this.accountId)
      .where("key_id", "in", this.db.selectFrom("api_keys").select("id").where(matches(ofUser)))
      .execute();
    const apiKeys = await this.db.deleteFrom("api_keys").where(matches(ofUser)).executeTakeFirstOrThrow();
    const answers = await this.db
      .updateTable("answers")
      .set({ response: null })
      .where(matches(ofUser))
      .where("response", "is not", null)
      .executeTakeFirstOrThrow();
    await this.db.deleteFrom("users").where("account_id", "=", this.accountId).where("id", "=", user.id).execute();
    this.#insertChange("PURGED", this.#revision.next(), user.id, user.version + 1);
    this.#access.note(user.id);
    return {
      sessions: Number(sessions.numDeletedRows),
      changes: Number(changes.numDeletedRows),
      apiKeys: Number(apiKeys.numDeletedRows),
      answers: Number(answers.numUpdatedRows),
    };
  }

  async #flushMany(): Promise<void> {
    if (this.#newChanges.length >= FLUSH_AT) {
      await this.flush();
    }
  }

  #record(type: string, stamp: Stamp, before: UserRow | null, after: UserRow, fields: readonly string[]): void {
    this.#insertChange(type, stamp, after.id, after.version, {
      changed_fields: JSON.stringify(fields),
      image_before: before && toImage(before),
      image_after: toImage(after),
    });
  }

  #insertChange(
    type: string,
    stamp: Stamp,
    userId: string,
    version: number,
    images: Pick<Selectable<ChangesTable>, "changed_fields" | "image_before" | "image_after"> = NO_IMAGES,
  ): void {
    const { apiKeyId, requestId } = this.#origin;
    this.#newChanges.push({
      account_id: this.accountId,
      revision: stamp.revision,
      ordinal: stamp.ordinal,
      user_id: userId,
      version,
      type,
      commit_time: stamp.time,
      ...images,
      api_key_id: apiKeyId,
      request_id: requestId,
    });
  }
}

/** So many changes wait at most. */
const FLUSH_AT = 64;

type Stamp = ReturnType<Revision["next"]>;

const NO_IMAGES = { changed_fields: "[]", image_before: null, image_after: null };

function changeType(before: User, after: User): string {
  if ((before.deleteTime === null) === (after.deleteTime === null)) {
    return "UPDATED";
  }
  return after.deleteTime === null ? "UNDELETED" : "DELETED";
}

function matches(ofUser: { account_id: string; user_id: string }) {
  return sql<boolean>`${sql.ref("account_id")} = ${ofUser.account_id} and ${sql.ref("user_id")} = ${ofUser.user_id}`;
}
