import { type Kysely, type Selectable, sql } from "kysely";
import { changesAccess } from "../directory/authentication.ts";
import type { UserFilter, UserFilterField } from "../directory/filter.ts";
import type { OrderTerm } from "../directory/order.ts";
import type { UserOrderField } from "../directory/order-fields.ts";
import type { Erased, ListQuery, NewUser, Origin, UserKeyKind, UserReader, UserWriter } from "../directory/store.ts";
import { changedFields, foldEmail, type User } from "../directory/user.ts";
import type { Access } from "./access.ts";
import { columnsOf, USER_COLUMNS } from "./columns.ts";
import type { JsonDialect } from "./engine.ts";
import { type FilterColumns, isPinned, whereFilter } from "./filter.ts";
import { countRows, type OrderColumn, orderColumns, readPage } from "./keyset.ts";
import type { Revision } from "./revision.ts";
import { fromImage, toImage, toUser, toUserRow } from "./rows.ts";
import type { ChangesTable, Schema } from "./schema.ts";
import { FIND_LIVE_USER, FIND_USER, INSERT_CHANGE, INSERT_USER, UPDATE_USER, users } from "./user-statements.ts";

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

  constructor(db: Kysely<Schema>, origin: Origin, revision: Revision, access: Access, json: JsonDialect) {
    super(db, origin.accountId, json);
    this.#origin = origin;
    this.#revision = revision;
    this.#access = access;
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
    await INSERT_USER.execute(this.db, toUserRow(stored));
    await this.#record("CREATED", stamp, undefined, stored);
    return stored;
  }

  async update(before: User, after: User): Promise<User> {
    const stamp = this.#revision.next();
    const stored = { ...after, version: before.version + 1, revision: stamp.revision };
    await UPDATE_USER.execute(this.db, toUserRow(stored));
    await this.#record(changeType(before, after), stamp, before, stored);
    if (changesAccess(before, stored)) {
      this.#access.note(stored.id);
    }
    return stored;
  }

  async purge(user: User): Promise<Erased> {
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
    await this.#insertChange("PURGED", this.#revision.next(), user.id, user.version + 1);
    this.#access.note(user.id);
    return {
      sessions: Number(sessions.numDeletedRows),
      changes: Number(changes.numDeletedRows),
      apiKeys: Number(apiKeys.numDeletedRows),
      answers: Number(answers.numUpdatedRows),
    };
  }

  #record(type: string, stamp: Stamp, before: User | undefined, after: User): Promise<void> {
    return this.#insertChange(type, stamp, after.id, after.version, {
      changed_fields: JSON.stringify(before === undefined ? [] : changedFields(before, after)),
      image_before: before === undefined ? null : toImage(toUserRow(before)),
      image_after: toImage(toUserRow(after)),
    });
  }

  async #insertChange(
    type: string,
    stamp: Stamp,
    userId: string,
    version: number,
    images: Pick<Selectable<ChangesTable>, "changed_fields" | "image_before" | "image_after"> = NO_IMAGES,
  ): Promise<void> {
    const { apiKeyId, requestId } = this.#origin;
    await INSERT_CHANGE.execute(this.db, {
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
