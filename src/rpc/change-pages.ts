import { create } from "@bufbuild/protobuf";
import {
  type UserChange as ChangeMessage,
  UserChangeType as ChangeTypeMessage,
  UserChangeSchema,
} from "../../gen/roster/v1/user_pb.js";
import {
  type ChangePosition,
  type ChangeType,
  type PlacedChange,
  readChanges,
  type UserChange,
} from "../directory/changes.ts";
import type { Store } from "../directory/store.ts";
import { toTimestamp, toUserMessage } from "./convert.ts";
import { MAX_MESSAGE_BYTES, memberBytes } from "./message-size.ts";
import type { Tokens } from "./tokens.ts";

/** What one message holds of an account's changes. */
export interface MessagePage {
  readonly changes: readonly ChangeMessage[];
  readonly end: ChangePosition;
  /** Goes on at the end. */
  readonly changeToken: string;
  /** There was nothing more when it was read. */
  readonly done: boolean;
}

/** Reads what comes after a place, cut at about 1 MiB, between transactions. */
export async function readMessagePage(
  { store, tokens }: { readonly store: Store; readonly tokens: Tokens },
  accountId: string,
  position: ChangePosition,
  limit: number,
): Promise<MessagePage> {
  const { changes, end, done } = await readChanges(store, accountId, position, limit);
  const messages = changes.map(({ change }) => toChangeMessage(change));
  const count = fitting(changes, messages);
  const last = changes[count - 1];
  const place = count === changes.length || last === undefined ? { end, done } : { end: last.end, done: false };
  return { changes: messages.slice(0, count), ...place, changeToken: tokens.sealChange(accountId, place.end) };
}

/** How many fit into one message, whole transactions; at least one, if there is one. */
function fitting(changes: readonly PlacedChange[], messages: readonly ChangeMessage[]): number {
  let bytes = 0;
  let border = 0;
  for (const [index, message] of messages.entries()) {
    if (index > 0 && !isSamePlace(changes[index - 1]?.end, changes[index]?.end)) {
      border = index;
    }
    bytes += memberBytes(UserChangeSchema, message);
    if (bytes > MAX_MESSAGE_BYTES && border > 0) {
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
} as const satisfies Record<ChangeType, ChangeTypeMessage>;

function toChangeMessage(change: UserChange): ChangeMessage {
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
