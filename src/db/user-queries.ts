import { expressionBuilder, type Kysely, sql } from "kysely";
import type { UserImages, UserKeyKind } from "../directory/store.ts";
import type { JsonDialect } from "./engine.ts";
import type { Schema } from "./schema.ts";
import { statement } from "./statement.ts";
import { imageParts, selectImage } from "./user-images.ts";
import { UserPages } from "./user-pages.ts";
import { KEY_COLUMNS, type Key } from "./user-statements.ts";

/** How users are read on one engine, in images of one format. */
export type UserQueries = ReturnType<typeof createUserQueries>;

export function createUserQueries(json: JsonDialect, images: UserImages) {
  const findLive = (kind: UserKeyKind) =>
    statement((db, { accountId, key }: Key) =>
      findImage(db, accountId, json, images).where(KEY_COLUMNS[kind], "=", key).where("delete_time", "is", null),
    );
  return {
    json,
    images,
    /** By id, live or deleted, with the account's revision. */
    find: statement((db, { accountId, key }: Key) => findImage(db, accountId, json, images).where("id", "=", key)),
    findLive: { id: findLive("id"), externalId: findLive("externalId"), email: findLive("email") },
    listAt: listImagesAt(json, images),
    pages: new UserPages(json, images),
  };
}

// No join: SQLite would plan it anew each time it runs, because there are partial indexes that values could make of use.
function findImage(db: Kysely<Schema>, accountId: string, json: JsonDialect, images: UserImages) {
  return db
    .selectFrom("users")
    .select(selectImage(json, images))
    .select((row) => [
      row.selectFrom("accounts").select("revision").where("accounts.account_id", "=", accountId).as("account_revision"),
    ])
    .where("users.account_id", "=", accountId);
}

interface Place {
  readonly accountId: string;
  readonly revision: number;
  readonly after: string;
  readonly limit: number;
}

function listImagesAt(json: JsonDialect, images: UserImages) {
  const { image, state } = imageParts(json, images);
  return statement((db, { accountId, revision, after, limit }: Place) => {
    const changed = sql`${sql.ref("users.revision")} > ${revision}`;
    return db
      .selectFrom("users")
      .select(["users.id", "users.revision", "users.delete_time"])
      .select(sql<Uint8Array | null>`case when ${changed} then null else ${image} end`.as("image"))
      .select(sql<string | null>`case when ${changed} then ${stateBefore(revision)} else ${state} end`.as("state"))
      .where("users.account_id", "=", accountId)
      .where("users.id", ">", after)
      .orderBy("users.id")
      .limit(limit);
  });
}

/**
 * A user that has changed since is in the history, as it was before the first of those changes. One row per user that exists now, so
 * the cost of a page depends neither on the length of the history nor on what others write.
 */
export function stateBefore(revision: number) {
  return expressionBuilder<Schema, "users">()
    .selectFrom("changes")
    .select("image_before")
    .whereRef("changes.account_id", "=", "users.account_id")
    .whereRef("changes.user_id", "=", "users.id")
    .where("changes.revision", ">", revision)
    .orderBy("changes.revision")
    .orderBy("changes.ordinal")
    .limit(1);
}
