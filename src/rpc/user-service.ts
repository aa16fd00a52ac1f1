import type { MessageInitShape } from "@bufbuild/protobuf";
import type { User as UserMessage } from "../../gen/roster/v1/user_pb.js";
import type { LookupUsersResultSchema, UserKey, UserService } from "../../gen/roster/v1/user_service_pb.js";
import { ALL_ACCOUNTS } from "../directory/account.ts";
import { invalidField, notFound } from "../directory/errors.ts";
import type { UserFilter } from "../directory/filter.ts";
import type { Listing } from "../directory/list.ts";
import { listKey, parseOrderBy } from "../directory/order.ts";
import { USER_ORDER } from "../directory/order-fields.ts";
import type { ListQuery, Store, UserKeyKind, UserReader } from "../directory/store.ts";
import { foldEmail, type User } from "../directory/user.ts";
import {
  createUser,
  deleteUser,
  purgeUser,
  setUserStatus,
  undeleteUser,
  updateUser,
  upsertUser,
} from "../directory/users.ts";
import { parseUserFilter } from "../filter/users.ts";
import { parseMetadataUpdate, parseUser, toTimestamp, toUserMessage } from "./convert.ts";
import { importUsers } from "./import-users.ts";
import { listUserChanges } from "./list-user-changes.ts";
import { listUsersChunked } from "./list-users-chunked.ts";
import { parsePatch, readMask } from "./masks.ts";
import { mutate } from "./mutate.ts";
import { answerPage } from "./paging.ts";
import type { Handlers } from "./pipeline.ts";
import { required } from "./required.ts";
import type { Tokens } from "./tokens.ts";
import { type Watching, watchUsers } from "./watch-users.ts";

export interface UserServiceDeps {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly watching: Watching;
}

export function userService({ store, tokens, watching }: UserServiceDeps): Handlers<typeof UserService> {
  return {
    createUser: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const input = parseNewUser(request);
          const { user, created } = await createUser(tx, call.caller, input);
          return { user: toUserMessage(user), created, revision: BigInt(tx.revision) };
        },
        ABOUT_USER,
      ),

    upsertUser: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const given = required(request.user, "user");
          const { user, created } = await upsertUser(tx, call.caller, parseUser(given), given.etag);
          return { user: toUserMessage(user), created, revision: BigInt(tx.revision) };
        },
        ABOUT_USER,
      ),

    async getUser(request, call) {
      const mask = readMask(request.readMask);
      return store.read(call.accountId, async ({ account, users }) => {
        const user = await findByKey(users, request.key, request.showDeleted);
        if (user === undefined) {
          throw notFound("User", request.key.value ?? "");
        }
        return { user: mask(toUserMessage(user)), revision: BigInt(account.revision) };
      });
    },

    async lookupUsers(request, call) {
      const mask = readMask(request.readMask);
      return store.read(call.accountId, async ({ account, users }) => {
        const find = await findAll(users, request.keys);
        return { results: request.keys.map((key) => toResult(find(key), mask)), revision: BigInt(account.revision) };
      });
    },

    updateUser: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const given = required(request.user, "user");
          const id = required(given.id, "user.id");
          const patch = parsePatch(given, request.updateMask);
          const metadataUpdate = parseMetadataUpdate(given.metadata, request.metadataUpdate);
          const user = await updateUser(tx, call.caller, id, patch, { metadataUpdate, etag: given.etag });
          return { user: toUserMessage(user), revision: BigInt(tx.revision) };
        },
        ABOUT_USER,
      ),

    deleteUser: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const stored = await tx.users.find(request.id);
          if (request.allowMissing && (stored === undefined || stored.deleteTime !== null)) {
            return { revision: BigInt(tx.revision) };
          }
          const user = await deleteUser(tx, request.id, request.etag);
          return { user: toUserMessage(user), revision: BigInt(tx.revision) };
        },
        ABOUT_USER,
      ),

    undeleteUser: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const user = await undeleteUser(tx, request.id, request.etag);
          return { user: toUserMessage(user), revision: BigInt(tx.revision) };
        },
        ABOUT_USER,
      ),

    purgeUser: (request, call) =>
      mutate(store, call, request, async (tx) => {
        const erased = await purgeUser(tx, request.id, request.etag);
        const receipt = {
          userId: request.id,
          purgeTime: toTimestamp(tx.now()),
          sessionCount: BigInt(erased.sessions),
          apiKeyCount: BigInt(erased.apiKeys),
          changeCount: BigInt(erased.changes),
          responseCount: BigInt(erased.answers),
        };
        return { receipt, revision: BigInt(tx.revision) };
      }),

    activateUser: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const user = await setUserStatus(tx, call.caller, request.id, "ACTIVE", request.etag);
          return { user: toUserMessage(user), revision: BigInt(tx.revision) };
        },
        ABOUT_USER,
      ),

    suspendUser: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const user = await setUserStatus(tx, call.caller, request.id, "SUSPENDED", request.etag);
          return { user: toUserMessage(user), revision: BigInt(tx.revision) };
        },
        ABOUT_USER,
      ),

    async listUsers(request, { accountId }) {
      const mask = readMask(request.readMask);
      const { showDeleted, includeTotal, orderBy } = request;
      const order = parseOrderBy(orderBy, USER_ORDER);
      const filter = parseUserFilter(request.filter);
      const binding = {
        method: "ListUsers",
        account_id: accountId,
        order_by: order.map(({ field, descending }) => `${field} ${descending}`),
        filter: request.filter,
        show_deleted: showDeleted,
      };
      const answer = async (
        list: (query: ListQuery) => Promise<User[]>,
        count: (showDeleted: boolean, filter?: UserFilter) => Promise<number>,
      ) => {
        const listing: Listing<User> = {
          read: (query) => list({ ...query, order, filter, showDeleted }),
          keyOf: (user) => listKey(user, order, USER_ORDER),
        };
        const { items, ...pageTokens } = await answerPage(tokens, binding, request, listing);
        return {
          users: items.map((user) => mask(toUserMessage(user))),
          ...pageTokens,
          ...(includeTotal && { totalSize: BigInt(await count(showDeleted, filter)) }),
        };
      };
      return accountId === ALL_ACCOUNTS
        ? answer(
            (query) => store.listAllUsers(query),
            (...options) => store.countAllUsers(...options),
          )
        : store.read(accountId, async ({ account, users }) => ({
            ...(await answer(
              (query) => users.list(query),
              (...options) => users.count(...options),
            )),
            revision: BigInt(account.revision),
          }));
    },

    listUsersChunked: (request, call) => listUsersChunked(store, tokens, request, call),

    watchUsers: (request, call) => watchUsers({ store, tokens, watching }, request, call),

    listUserChanges: (request, call) => listUserChanges(store, tokens, request, call),

    importUsers: (request, call) => importUsers(store, request, call),
  };
}

const ABOUT_USER = { userId: (response: { user?: UserMessage | undefined }) => response.user?.id };

function parseNewUser({ userId, user }: { userId: string; user?: UserMessage | undefined }) {
  const input = parseUser(required(user, "user"));
  if (userId !== "" && input.id !== undefined && input.id !== userId) {
    throw invalidField("user.id", "differs from user_id");
  }
  return userId === "" ? input : { ...input, id: userId };
}

async function findByKey(users: UserReader, key: UserKey["key"], showDeleted: boolean): Promise<User | undefined> {
  if (key.case === "id" && showDeleted) {
    return users.find(key.value);
  }
  return (await findAll(users, [{ key }]))({ key });
}

/** Finds users for all keys with one query per kind. */
async function findAll(users: UserReader, keys: ReadonlyArray<Pick<UserKey, "key">>) {
  const byKind = new Map<UserKeyKind, Map<string | null, User>>();
  for (const kind of ["id", "externalId", "email"] as const) {
    const wanted = keys.flatMap(({ key }) => (key.case === kind ? [normalised(key)] : []));
    const found = await users.findLive(kind, wanted);
    byKind.set(kind, new Map(found.map((user) => [kind === "email" ? foldEmail(user.email ?? "") : user[kind], user])));
  }
  return ({ key }: Pick<UserKey, "key">) =>
    key.case === undefined ? undefined : byKind.get(key.case)?.get(normalised(key));
}

function normalised({ case: kind, value }: Exclude<UserKey["key"], { case: undefined }>): string {
  return kind === "email" ? foldEmail(value) : value;
}

function toResult(
  user: User | undefined,
  mask: (user: UserMessage) => UserMessage,
): MessageInitShape<typeof LookupUsersResultSchema> {
  return user === undefined
    ? { result: { case: "notFound", value: true } }
    : { result: { case: "user", value: mask(toUserMessage(user)) } };
}
