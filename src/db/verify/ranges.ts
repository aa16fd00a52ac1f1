import { sql } from "kysely";
import type { AuditAction } from "../../directory/audit/entry.ts";
import type { IdRange } from "../engine.ts";
import type { Queryable } from "../query/queryable.ts";
import { inBatches } from "./batches.ts";

export type TrailChange = ReturnType<typeof changesInRange> extends AsyncGenerator<infer R> ? R : never;

/** The changes of users with ids of the range, user by user, in the order of the commits. */
export function changesInRange(db: Queryable, accountId: string, { after, upTo }: IdRange) {
  let rows = db
    .selectFrom("changes")
    .select(["user_id", "revision", "ordinal", "version", "type", "commit_time", "image_before", "image_after"])
    .where("account_id", "=", accountId)
    .where("user_id", ">", after)
    .orderBy("user_id")
    .orderBy("revision")
    .orderBy("ordinal");
  if (upTo !== undefined) rows = rows.where("user_id", "<=", upTo);
  type Row = Awaited<ReturnType<(typeof rows)["execute"]>>[number];
  return inBatches<Row>((last, limit) => {
    const place = last && sql<boolean>`(user_id, revision, ordinal) > (${last.user_id}, ${last.revision}, ${last.ordinal})`;
    return (place === undefined ? rows : rows.where(place)).limit(limit).execute();
  });
}

export interface UserEntry {
  readonly user_id: string;
  readonly time: number;
  readonly action: AuditAction;
}

/** What the audit log tells of changes of users with ids of the range; purges aside, which it tells of nobody. */
export function entriesInRange(db: Queryable, accountId: string, { after, upTo }: IdRange) {
  let rows = db
    .selectFrom("audit_entries")
    .select(["user_id", "sequence", "time", "action"])
    .where("account_id", "=", accountId)
    .where("user_id", ">", after)
    .where("resource", "=", "USER")
    .where("outcome", "=", "DONE")
    .where("action", "<>", "PURGED")
    .orderBy("user_id")
    .orderBy("sequence")
    .$narrowType<{ user_id: string; action: AuditAction }>();
  if (upTo !== undefined) rows = rows.where("user_id", "<=", upTo);
  return inBatches<UserEntry & { readonly sequence: number }>((last, limit) => {
    const place = last && sql<boolean>`(user_id, sequence) > (${last.user_id}, ${last.sequence})`;
    return (place === undefined ? rows : rows.where(place)).limit(limit).execute();
  });
}
