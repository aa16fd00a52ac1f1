import { setImmediate } from "node:timers/promises";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import {
  type ListUsersChunkedRequest,
  ListUsersChunkedResponseSchema,
  type UserService,
} from "../../../gen/roster/v1/user_service_pb.js";
import { ALL_ACCOUNTS } from "../../directory/accounts/account.ts";
import { serverDraining } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import type { EncodedUser } from "../../directory/store/users.ts";
import { afterRevision } from "../../directory/users/changes.ts";
import { type ExportedUser, type ExportPosition, readExportPage } from "../../directory/users/export.ts";
import type { User } from "../../directory/users/user.ts";
import { parseUserPredicate } from "../../filter/users.ts";
import type { Call } from "../pipeline/pipeline.ts";
import { MAX_MESSAGE_BYTES, memberBytes } from "../wire/message-size.ts";
import type { Tokens } from "../wire/tokens.ts";
import { createSetUsers } from "./set-users.ts";

type Response = MessageInitShape<typeof ListUsersChunkedResponseSchema>;

const DEFAULT_CHUNK_SIZE = 500;
const MAX_CHUNK_SIZE = 5000;
/** Where few users pass a filter, a message goes out after so many pages all the same: a stream that breaks goes on there. */
const MAX_FILTERED_PAGES = 40;

/** The export: pages of the account at its revision, cut into messages, each with a token that goes on after it. */
export async function* listUsersChunked(
  store: Store,
  tokens: Tokens,
  request: ListUsersChunkedRequest,
  call: Call<(typeof UserService)["method"]["listUsersChunked"]>,
): AsyncGenerator<Response> {
  const { accountId, draining } = call;
  const { showDeleted, resumeToken } = request;
  const setUsers = createSetUsers(call, request.readMask);
  const passes = parseUserPredicate(request.filter);
  const binding = {
    method: "ListUsersChunked",
    account_id: accountId,
    show_deleted: showDeleted,
    filter: request.filter,
    read_mask: [...(request.readMask?.paths ?? [])].sort(),
  };
  const all = accountId === ALL_ACCOUNTS;
  const chunkSize = Math.min(request.chunkSize || DEFAULT_CHUNK_SIZE, MAX_CHUNK_SIZE);
  let position: ExportPosition | undefined =
    resumeToken === "" ? await firstPosition(store, accountId) : tokens.openResume(binding, resumeToken);

  while (position !== undefined) {
    for await (const chunk of chunks(store, position, { showDeleted, passes, chunkSize })) {
      position = chunk.position;
      const response = create(ListUsersChunkedResponseSchema, {
        resumeToken: tokens.sealResume(binding, position),
        revision: BigInt(chunk.revision),
        ...(chunk.done && {
          summary: {
            accountId: position.accountId,
            userCount: BigInt(position.count),
            changeToken: tokens.sealChange(position.accountId, afterRevision(chunk.revision)),
          },
        }),
      });
      yield setUsers(response, ListUsersChunkedResponseSchema.field.users, chunk.users);
      if (draining.aborted && !(chunk.done && !all)) {
        throw serverDraining("resume_token");
      }
    }
    const finished: ExportPosition = position;
    position = all ? await nextAccount(store, finished) : undefined;
    if (all && position === undefined) {
      const userCount = BigInt(finished.countBefore + finished.count);
      yield { resumeToken: tokens.sealResume(binding, finished), summary: { accountId: ALL_ACCOUNTS, userCount } };
    }
  }
}

async function firstPosition(store: Store, accountId: string): Promise<ExportPosition | undefined> {
  const start = { revision: null, after: "", count: 0, countBefore: 0 };
  if (accountId !== ALL_ACCOUNTS) {
    return { accountId, ...start };
  }
  const [first] = await store.listAccountIds("", 1);
  return first === undefined ? undefined : { accountId: first, ...start };
}

async function nextAccount(
  store: Store,
  { accountId, count, countBefore }: ExportPosition,
): Promise<ExportPosition | undefined> {
  const [next] = await store.listAccountIds(accountId, 1);
  return next === undefined
    ? undefined
    : { accountId: next, revision: null, after: "", count: 0, countBefore: countBefore + count };
}

interface Chunk {
  readonly users: readonly EncodedUser[];
  readonly revision: number;
  /** After these users. */
  readonly position: ExportPosition;
  /** Nothing of this account comes after. */
  readonly done: boolean;
}

interface ChunkOptions {
  readonly showDeleted: boolean;
  readonly passes: ((user: User) => boolean) | undefined;
  readonly chunkSize: number;
}

/** One account from `start` to its end. Reads on only when a chunk has been taken. */
async function* chunks(store: Store, start: ExportPosition, options: ChunkOptions): AsyncGenerator<Chunk> {
  let position = start;
  let readTo = start;
  let read = false;
  let pending: ExportedUser[] = [];
  do {
    const maxPages = options.passes === undefined ? Number.POSITIVE_INFINITY : MAX_FILTERED_PAGES;
    for (let pages = 0; !read && pages < maxPages && isOpen(pending, options.chunkSize); pages += 1) {
      const { showDeleted, passes, chunkSize } = options;
      const limit = passes === undefined ? chunkSize - pending.length : MAX_CHUNK_SIZE;
      const page = await readExportPage(store, readTo, { showDeleted, passes, limit });
      pending.push(...page.users);
      readTo = { ...readTo, revision: page.revision, after: page.after };
      read = page.done;
      // A page is read without a pause: let other calls have their turn.
      await setImmediate();
    }
    const taken = pending.slice(0, Math.min(fitting(pending), options.chunkSize));
    pending = pending.slice(taken.length);
    const after = pending.length === 0 ? readTo.after : (taken.at(-1)?.id ?? position.after);
    position = { ...readTo, after, count: position.count + taken.length };
    const done = read && pending.length === 0;
    yield { users: taken.map(({ encoded }) => encoded), revision: position.revision ?? 0, position, done };
  } while (!(read && pending.length === 0));
}

/** Whether another user may still go into the message. */
function isOpen(users: readonly ExportedUser[], chunkSize: number): boolean {
  return users.length < chunkSize && bytesOf(users) < MAX_MESSAGE_BYTES;
}

function bytesOf(users: readonly ExportedUser[]): number {
  return users.reduce((sum, { encoded }) => sum + memberBytes(encoded), 0);
}

/** How many of the users fit into one message; at least one, if there is one. */
function fitting(users: readonly ExportedUser[]): number {
  let bytes = 0;
  for (const [index, user] of users.entries()) {
    bytes += memberBytes(user.encoded);
    if (bytes > MAX_MESSAGE_BYTES) {
      return Math.max(index, 1);
    }
  }
  return users.length;
}
