import type { EncodedUserAt, UserEncoder } from "../../directory/store/users.ts";
import type { User } from "../../directory/users/user.ts";
import type { Queryable } from "../query/queryable.ts";
import { statement } from "../query/statement.ts";
import type { UserRow } from "../schema.ts";
import { validEncoding } from "./encoded-users.ts";
import { fromImage, toUser } from "./user-row.ts";
import { selectUsers } from "./user-statements.ts";

/** A user of today as it was at a revision; null: it did not exist then. */
export interface UserAt {
  readonly id: string;
  readonly state: User | null;
}

interface Page {
  readonly after: string;
  readonly limit: number;
}

export async function listUsersAt(
  db: Queryable,
  accountId: string,
  revision: number,
  { after, limit }: Page,
): Promise<UserAt[]> {
  const rows = await usersAt(db, accountId, revision).where("id", ">", after).orderBy("id").limit(limit).execute();
  return rows.map((row) => toUserAt(row, revision));
}

/** Most users have not changed since. Their encoded users are handed out as they are; only the others are looked up in the history. */
export async function listEncodedUsersAt(
  db: Queryable,
  accountId: string,
  revision: number,
  { after, limit, encoder }: Page & { readonly encoder: UserEncoder },
): Promise<EncodedUserAt[]> {
  const rows = await LIST_ENCODED.execute(db, { accountId, after, limit });
  const unchanged = rows.map((row) => (row.revision <= revision ? validEncoding(row, encoder) : undefined));
  const others = rows.filter((_, place) => unchanged[place] === undefined).map(({ id }) => id);
  const states = await findStatesAt(db, accountId, revision, others);
  return rows.map(({ id, delete_time }, place) => {
    const encoded = unchanged[place];
    if (encoded !== undefined) {
      return { id, encoded, deleted: delete_time !== null };
    }
    const state = states.get(id) ?? null;
    return { id, encoded: state && encoder.encode(state), deleted: state?.deleteTime != null };
  });
}

/** Encoded users by id, live and deleted. */
const LIST_ENCODED = statement((db, { accountId, after, limit }: Page & { readonly accountId: string }) =>
  db
    .selectFrom("users")
    .select(["users.id", "users.revision", "users.delete_time", "users.image", "users.image_stamp"])
    .where("users.account_id", "=", accountId)
    .where("users.id", ">", after)
    .orderBy("users.id")
    .limit(limit),
);

async function findStatesAt(
  db: Queryable,
  accountId: string,
  revision: number,
  ids: readonly string[],
): Promise<ReadonlyMap<string, User | null>> {
  const rows = ids.length === 0 ? [] : await usersAt(db, accountId, revision).where("id", "in", ids).execute();
  return new Map(rows.map((row) => toUserAt(row, revision)).map(({ id, state }) => [id, state]));
}

// A user that has changed since is in the history, as it was before the first of those changes. One row per user that
// exists now, so the cost of a page depends neither on the length of the history nor on what others write.
function usersAt(db: Queryable, accountId: string, revision: number) {
  return selectUsers(db, accountId).select((users) =>
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

function toUserAt({ image_then, ...row }: UserRow & { readonly image_then: string | null }, revision: number): UserAt {
  if (row.revision <= revision) {
    return { id: row.id, state: toUser(row) };
  }
  return { id: row.id, state: image_then === null ? null : fromImage(image_then) };
}
