import { type Kysely, type Selectable, sql } from "kysely";
import { changesAccess } from "../directory/authentication.ts";
import type { UserFilter, UserFilterField } from "../directory/filter.ts";
import type { OrderTerm } from "../directory/order.ts";
import type { UserOrderField } from "../directory/order-fields.ts";
import type {
  Erased,
  ListQuery,
  NewUser,
  Origin,
  UserKeyKind,
  UserKeys,
  UserReader,
  UserWriter,
} from "../directory/store.ts";
import { changedFields, foldEmail, type User } from "../directory/user.ts";
import type { Access } from "./access.ts";
import { columnsOf, USER_COLUMNS } from "./columns.ts";
import type { Engine, JsonDialect } from "./engine.ts";
import { type FilterColumns, isPinned, whereFilter } from "./filter.ts";
import { countRows, type OrderColumn, orderColumns, readPage } from "./keyset.ts";
import { KnownUsers } from "./known-users.ts";
import type { Revision } from "./revision.ts";
import { fromImage, toImage, toUser, toUserRow } from "./rows.ts";
import type { ChangesTable, Schema } from "./schema.ts";
import {
  type ChangeRow,
  FIND_LIVE_USER,
  FIND_USER,
  insertChanges,
  insertUsers,
  UPDATE_USER,
  type UserRow,
  users,
} from "./user-statements.ts";

const LIVE_KEYS = { id: "id", externalId: "external_id", email: "email_key" } as const;

export class KyselyUserReader implements UserReader {
  protected readonly db: Kysely<Schema>;
  protected readonly accountId: string;
  readonly #json: JsonDialect;

  constructor(db: Kysely<Schema>, accountId: string, json: JsonDialect) {
    this.db = db;
    this.accountId = accountId;
    this.#json = json;
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
            .where(LIVE_KEYS[kind], "in", wanted)
            .where("delete_time", "is", null)
            .execute();
    return rows.map(toUser);
  }

  async list(query: ListQuery): Promise<User[]> {
    return listUsers(this.db, this.accountId, query, this.#json);
  }

  async count(showDeleted: boolean, filter?: UserFilter): Promise<number> {
    return countUsers(this.db, this.accountId, { showDeleted, filter }, this.#json);
  }

  // A user that has changed since is in the history, as it was before the first of those changes. One row per user that
  // exists now, so the cost of a page depends neither on the length of the history nor on what others write.
  async listAt(revision: number, after: string, limit: number): Promise<Array<{ id: string; state: User | null }>> {
    const rows = await users(this.db, this.accountId)
      .select((users) =>
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
      )
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
}

export class KyselyUserWriter extends KyselyUserReader implements UserWriter {
  readonly #origin: Origin;
  readonly #revision: Revision;
  readonly #access: Access;
  readonly #engine: Engine;
  readonly #known = new KnownUsers();
  #newUsers: UserRow[] = [];
  #newChanges: ChangeRow[] = [];

  constructor(db: Kysely<Schema>, origin: Origin, revision: Revision, access: Access, engine: Engine) {
    super(db, origin.accountId, engine.json);
    this.#engine = engine;
    this.#origin = origin;
    this.#revision = revision;
    this.#access = access;
  }

  /** Writes what waits to be inserted. Before anything else is asked of the database that may depend on it. */
  async flush(): Promise<void> {
    const [users, changes] = [this.#newUsers, this.#newChanges];
    this.#newUsers = [];
    this.#newChanges = [];
    await insertUsers(this.db, users, this.#engine.rowsPerInsert);
    await insertChanges(this.db, changes, this.#engine.rowsPerInsert);
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
    const wanted = [...new Set(kind === "email" ? keys.map(foldEmail) : keys)];
    const unknown = wanted.filter((key) => this.#known.findLive(kind, key) === undefined);
    if (unknown.length > 0) {
      await this.flush();
      this.#known.learnLive(kind, unknown, await super.findLive(kind, unknown));
    }
    return wanted.flatMap((key) => this.#known.findLive(kind, key) ?? []);
  }

  override async list(query: ListQuery): Promise<User[]> {
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
    this.#newUsers.push(row);
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
    await UPDATE_USER.execute(this.db, row);
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

/** Of one account, or of all for null. */
export async function listUsers(
  db: Kysely<Schema>,
  accountId: string | null,
  query: ListQuery,
  json: JsonDialect,
): Promise<User[]> {
  const rows = selectUsers(db, accountId, query, json).select(columnsOf("users", USER_COLUMNS));
  const pinned = query.filter !== undefined && isPinned(query.filter, FILTER_COLUMNS, json);
  return (await readPage(rows, orderColumns(query.order, COLUMNS, { accountId, pinned }), query)).map(toUser);
}

const COLUMNS = {
  id: { column: "users.id" },
  external_id: { column: "users.external_id", nullable: true },
  email: { column: "users.email_key", nullable: true },
  name: { column: "users.name", nullable: true },
  display_name: { column: "users.display_name", nullable: true },
  status: { column: "users.status" },
  create_time: { column: "users.create_time" },
  update_time: { column: "users.update_time" },
  account_id: { column: "users.account_id" },
} as const satisfies Record<OrderTerm<UserOrderField>["field"], Omit<OrderColumn, "descending">>;

const FILTER_COLUMNS: FilterColumns<UserFilterField> = {
  fields: {
    account_id: { column: "users.account_id" },
    id: { column: "users.id" },
    external_id: { column: "users.external_id", indexed: true },
    email: { column: "users.email", indexed: true, folded: { column: "users.email_key", fold: foldEmail } },
    name: { column: "users.name" },
    display_name: { column: "users.display_name" },
    about: { column: "users.about" },
    project: { column: "users.project", indexed: true },
    status: { column: "users.status", indexed: true },
    super_admin: { column: "users.super_admin" },
    create_time: { column: "users.create_time" },
    update_time: { column: "users.update_time" },
    delete_time: { column: "users.delete_time" },
    version: { column: "users.version", number: true },
  },
  metadata: "users.metadata",
};

/** Of one account, or of all for null. */
export function countUsers(
  db: Kysely<Schema>,
  accountId: string | null,
  options: Pick<ListQuery, "showDeleted" | "filter">,
  json: JsonDialect,
): Promise<number> {
  return countRows(selectUsers(db, accountId, options, json));
}

function selectUsers(
  db: Kysely<Schema>,
  accountId: string | null,
  { showDeleted, filter }: Pick<ListQuery, "showDeleted" | "filter">,
  json: JsonDialect,
) {
  let rows = db.selectFrom("users");
  if (accountId !== null) rows = rows.where("account_id", "=", accountId);
  if (!showDeleted) rows = rows.where("delete_time", "is", null);
  if (filter !== undefined) rows = rows.where(whereFilter(filter, FILTER_COLUMNS, json));
  return rows;
}
