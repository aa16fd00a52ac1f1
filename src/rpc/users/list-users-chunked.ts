import { create, type MessageShape } from "@bufbuild/protobuf";
import {
  type ListUsersChunkedRequest,
  ListUsersChunkedResponseSchema,
  type UserService,
} from "../../../gen/roster/v1/user_service_pb.js";
import { ALL_ACCOUNTS } from "../../directory/accounts/account.ts";
import { serverDraining } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import { afterRevision } from "../../directory/users/changes.ts";
import type { ExportPosition } from "../../directory/users/export.ts";
import { parseUserPredicate } from "../../filter/users.ts";
import type { Call } from "../pipeline/call.ts";
import type { Tokens } from "../wire/tokens.ts";
import { type Chunk, MAX_CHUNK_SIZE, readChunks } from "./export-chunks.ts";
import { createSetUsers } from "./set-users.ts";

type Response = MessageShape<typeof ListUsersChunkedResponseSchema>;

export const DEFAULT_CHUNK_SIZE = 500;

/** The export: the users of an account at one revision, in messages, each with a token that goes on after it. */
export async function* listUsersChunked(
  store: Store,
  tokens: Tokens,
  request: ListUsersChunkedRequest,
  call: Call<(typeof UserService)["method"]["listUsersChunked"]>,
): AsyncGenerator<Response> {
  const { accountId, draining } = call;
  const setUsers = createSetUsers(call, request.readMask);
  const { showDeleted, resumeToken } = request;
  const passes = parseUserPredicate(request.filter);
  const chunkSize = Math.min(request.chunkSize || DEFAULT_CHUNK_SIZE, MAX_CHUNK_SIZE);
  const binding = bindingOf(request, accountId);
  const seal = (at: ExportPosition) => tokens.sealResume(binding, at);
  const all = accountId === ALL_ACCOUNTS;
  // Revisions of different accounts say nothing of each other.
  const minRevision = all ? undefined : Number(request.minRevision);

  let position =
    resumeToken === ""
      ? await firstPosition(store, accountId)
      : // What is read is what the call may read, whatever a token says.
        { ...tokens.openResume(binding, resumeToken), ...(!all && { accountId }) };
  while (position !== undefined) {
    for await (const chunk of readChunks(store, position, { showDeleted, passes, chunkSize, minRevision })) {
      position = chunk.position;
      yield setUsers(toResponse(chunk, tokens, seal(position)), ListUsersChunkedResponseSchema.field.users, chunk.users);
      if (draining.aborted && !(chunk.done && !all)) {
        throw serverDraining("resume_token");
      }
    }
    const finished: ExportPosition = position;
    position = all ? await nextPosition(store, finished) : undefined;
    if (all && position === undefined) {
      yield totalOfAll(finished, seal(finished));
    }
  }
}

/** What must be the same when an export is resumed. */
function bindingOf({ showDeleted, filter, readMask }: ListUsersChunkedRequest, accountId: string) {
  return {
    method: "ListUsersChunked",
    account_id: accountId,
    show_deleted: showDeleted,
    filter,
    read_mask: [...(readMask?.paths ?? [])].sort(),
  };
}

/** The message of a chunk, but for its users. */
function toResponse({ position, revision, done }: Chunk, tokens: Tokens, resumeToken: string): Response {
  const { accountId, count } = position;
  return create(ListUsersChunkedResponseSchema, {
    resumeToken,
    revision: BigInt(revision),
    ...(done && {
      summary: {
        accountId,
        userCount: BigInt(count),
        changeToken: tokens.sealChange(accountId, afterRevision(revision)),
      },
    }),
  });
}

/** The message after the last account of all. */
function totalOfAll({ count, countBefore }: ExportPosition, resumeToken: string): Response {
  const summary = { accountId: ALL_ACCOUNTS, userCount: BigInt(countBefore + count) };
  return create(ListUsersChunkedResponseSchema, { resumeToken, summary });
}

async function firstPosition(store: Store, accountId: string): Promise<ExportPosition | undefined> {
  return accountId === ALL_ACCOUNTS ? firstAfter(store, "", 0) : startOf(accountId, 0);
}

async function nextPosition(
  store: Store,
  { accountId, count, countBefore }: ExportPosition,
): Promise<ExportPosition | undefined> {
  return firstAfter(store, accountId, countBefore + count);
}

async function firstAfter(store: Store, accountId: string, countBefore: number): Promise<ExportPosition | undefined> {
  const [next] = await store.listAccountIds(accountId, 1);
  return next === undefined ? undefined : startOf(next, countBefore);
}

function startOf(accountId: string, countBefore: number): ExportPosition {
  return { accountId, revision: null, after: "", count: 0, countBefore };
}
