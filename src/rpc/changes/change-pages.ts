import { create, toBinary } from "@bufbuild/protobuf";
import {
  type UserChange as ChangeMessage,
  UserChangeType as ChangeTypeMessage,
  UserChangeSchema,
} from "../../../gen/roster/v1/user_pb.js";
import type { Caller } from "../../directory/keys/api-key.ts";
import { type ChangeType, filterChange, type UserChange } from "../../directory/users/change.ts";
import type { ChangePage, ChangePosition, PlacedChange } from "../../directory/users/changes.ts";
import type { User } from "../../directory/users/user.ts";
import { parseUserPredicate } from "../../filter/users.ts";
import { toUserMessage } from "../users/user-message.ts";
import { MAX_MESSAGE_BYTES, memberBytes } from "../wire/message-size.ts";
import { toTimestamp } from "../wire/time.ts";
import type { Tokens } from "../wire/tokens.ts";

/** The changes of an account that go into one message. */
export interface MessagePage {
  readonly changes: readonly ChangeMessage[];
  readonly end: ChangePosition;
  /** Goes on at `end`. */
  readonly changeToken: string;
  /** There were no more changes when it was read. */
  readonly done: boolean;
  /** More changes were read than fit into the message. */
  readonly cut: boolean;
}

/** Which users' changes are wanted. */
export interface ChangeFilter {
  readonly text: string;
  readonly passes: (user: User) => boolean;
  /** Those of one user only. */
  readonly onlyUserId?: string;
}

/** The most changes read at a time for a filter, which needs each user before and after: large users must not fill the memory. */
export const FILTERED_LIMIT = 100;
/** With a filter that few changes pass, a message with a token goes out after this many pages: a broken stream resumes there. */
export const MAX_FILTERED_PAGES = 20;

/** Undefined if the caller gets all changes. One with the role SELF gets those of its own user. Throws FILTER_INVALID. */
export function parseChangeFilter(text: string, { role, user }: Pick<Caller, "role" | "user">): ChangeFilter | undefined {
  const passes = parseUserPredicate(text);
  if (role !== "SELF") {
    return passes && { text, passes };
  }
  return { text, passes: passes ?? (() => true), onlyUserId: user.id };
}

/** The part of a page that goes into one message: at most `limit` changes and about 1 MiB, cut between transactions. */
export function toMessagePage(
  tokens: Tokens,
  accountId: string,
  { changes: read, end, done }: ChangePage,
  { limit, filter }: { readonly limit: number; readonly filter: ChangeFilter | undefined },
): MessagePage {
  const changes = filter === undefined ? read : read.flatMap((placed) => filtered(placed, filter));
  const messages = changes.map(({ change }) => toChangeMessage(change));
  const count = fitting(changes, messages, limit);
  const last = changes[count - 1];
  const place =
    count === changes.length || last === undefined ? { end, done, cut: false } : { end: last.end, done: false, cut: true };
  return { changes: messages.slice(0, count), ...place, changeToken: tokens.sealChange(accountId, place.end) };
}

function filtered({ change, end }: PlacedChange, { passes, onlyUserId }: ChangeFilter): PlacedChange[] {
  const seen = filterChange(change, passes, onlyUserId);
  return seen === undefined ? [] : [{ change: seen, end }];
}

/** How many fit into one message, whole transactions; at least one, if there is one. */
function fitting(changes: readonly PlacedChange[], messages: readonly ChangeMessage[], limit: number): number {
  let bytes = 0;
  let border = 0;
  for (const [index, message] of messages.entries()) {
    if (index > 0 && !isSamePlace(changes[index - 1]?.end, changes[index]?.end)) {
      border = index;
    }
    bytes += memberBytes(toBinary(UserChangeSchema, message));
    if ((bytes > MAX_MESSAGE_BYTES || index >= limit) && border > 0) {
      return border;
    }
  }
  return messages.length;
}

function isSamePlace(a: ChangePosition | undefined, b: ChangePosition | undefined): boolean {
  return a?.revision === b?.revision && a?.stateAfter === b?.stateAfter;
}

const CHANGE_TYPES = {
  CREATED: ChangeTypeMessage.CREATED,
  UPDATED: ChangeTypeMessage.UPDATED,
  DELETED: ChangeTypeMessage.DELETED,
  UNDELETED: ChangeTypeMessage.UNDELETED,
  PURGED: ChangeTypeMessage.PURGED,
  LEFT_FILTER: ChangeTypeMessage.LEFT_FILTER,
} as const satisfies Record<ChangeType, ChangeTypeMessage>;

export function toChangeMessage(change: UserChange): ChangeMessage {
  return create(UserChangeSchema, {
    type: CHANGE_TYPES[change.type],
    userId: change.userId,
    version: BigInt(change.version),
    revision: BigInt(change.revision),
    commitTime: toTimestamp(change.commitTime),
    ...(change.user !== null && { user: toUserMessage(change.user) }),
    changedFields: [...change.changedFields],
    apiKeyId: change.apiKeyId ?? "",
    requestId: change.requestId ?? "",
  });
}
