import { create, type MessageShape } from "@bufbuild/protobuf";
import type { User as UserMessage } from "../../../gen/roster/v1/user_pb.js";
import {
  GetUserResponseSchema,
  type ListUsersRequest,
  ListUsersResponseSchema,
  LookupUsersResultSchema,
  type UserKey,
  type UserService,
} from "../../../gen/roster/v1/user_service_pb.js";
import { ALL_ACCOUNTS } from "../../directory/accounts/account.ts";
import { invalidField, notFound } from "../../directory/errors.ts";
import type { UserFilter } from "../../directory/lists/filter.ts";
import type { Listing } from "../../directory/lists/list.ts";
import { parseOrderBy, spellOrder } from "../../directory/lists/order.ts";
import type { Store } from "../../directory/store/store.ts";
import type { EncodedUser, ListedUser, ListQuery, UserReader } from "../../directory/store/users.ts";
import type { UserKeyKind } from "../../directory/users/user.ts";
import { foldKey } from "../../directory/users/user.ts";
import { USER_ORDER } from "../../directory/users/user-order.ts";
import {
  createUser,
  deleteUser,
  purgeUser,
  setUserStatus,
  undeleteUser,
  updateUser,
  upsertUser,
} from "../../directory/users/users.ts";
import { parseUserFilter } from "../../filter/users.ts";
import { listUserChanges } from "../changes/list-user-changes.ts";
import { type Watching, watchUsers } from "../changes/watch-users.ts";
import type { Handlers } from "../pipeline/pipeline.ts";
import { parseMetadataUpdate } from "../wire/metadata-update.ts";
import { mutate } from "../wire/mutate.ts";
import { answerPage } from "../wire/paging.ts";
import { required } from "../wire/required.ts";
import { toTimestamp } from "../wire/time.ts";
import type { Tokens } from "../wire/tokens.ts";
import { importUsers } from "./import-users.ts";
import { listUsersChunked } from "./list-users-chunked.ts";
import { type SetUsers, usersSetter } from "./pre-encoded-users.ts";
import { parseUser, toUserMessage } from "./user-message.ts";
import { parseUserPatch } from "./user-patch.ts";

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
      const put = usersSetter(call, request.readMask);
      const { case: kind, value: key } = required(request.key.case && request.key, "key");
      const found = await store.findUser(call.accountId, { kind, key, showDeleted: request.showDeleted });
      if (found === undefined) {
        throw notFound("User", key);
      }
      const response = create(GetUserResponseSchema, { revision: BigInt(found.revision) });
      return put(response, GetUserResponseSchema.field.user, [found.encoded]);
    },

    async lookupUsers(request, call) {
      const put = usersSetter(call, request.readMask);
      return store.read(call.accountId, async ({ account, users }) => {
        const find = await findAll(users, request.keys);
        return { results: request.keys.map((key) => toResult(find(key), put)), revision: BigInt(account.revision) };
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
          const patch = parseUserPatch(given, request.updateMask);
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
          const user = await deleteUser(tx, call.caller, request.id, request.etag);
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
          const user = await undeleteUser(tx, call.caller, request.id, request.etag);
          return { user: toUserMessage(user), revision: BigInt(tx.revision) };
        },
        ABOUT_USER,
      ),

    purgeUser: (request, call) =>
      mutate(store, call, request, async (tx) => {
        const erased = await purgeUser(tx, call.caller, request.id, request.etag);
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

    async listUsers(request, call) {
      const { accountId } = call;
      const put = usersSetter(call, request.readMask);
      const { showDeleted, includeTotal, orderBy } = request;
      const order = parseOrderBy(orderBy, USER_ORDER);
      const filter = parseUserFilter(request.filter);
      const binding = {
        method: "ListUsers",
        account_id: accountId,
        order_by: spellOrder(order),
        filter: request.filter,
        show_deleted: showDeleted,
      };
      const answer = async (
        list: (query: ListQuery) => Promise<ListedUser[]>,
        count: (showDeleted: boolean, filter?: UserFilter) => Promise<number>,
      ) => {
        // Long lists wait for each other.
        call.assertAwaited();
        const listing: Listing<ListedUser> = {
          read: (query) => list({ ...query, order, filter, showDeleted }),
          keyOf: ({ key }) => key,
        };
        const { items, ...pageTokens } = await answerPage(tokens, binding, request, listing);
        const response = create(ListUsersResponseSchema, {
          ...pageTokens,
          ...(includeTotal && { totalSize: BigInt(await count(showDeleted, filter)) }),
        });
        const users = items.map(({ encoded }) => encoded);
        return put(response, ListUsersResponseSchema.field.users, users);
      };
      return accountId === ALL_ACCOUNTS
        ? answer(
            (query) => store.listAllUsers(query),
            (...options) => store.countAllUsers(...options),
          )
        : store[isAlongIndex(request) ? "read" : "scan"](accountId, async ({ account, users }) =>
            Object.assign(
              await answer(
                (query) => users.list(query),
                (...options) => users.count(...options),
              ),
              { revision: BigInt(account.revision) },
            ),
          );
    },

    listUsersChunked: (request, call) => listUsersChunked(store, tokens, request, call),

    watchUsers: (request, call) => watchUsers({ store, tokens, watching }, request, call),

    listUserChanges: (request, call) => listUserChanges(store, tokens, request, call),

    importUsers: (request, call) => importUsers(store, request, call),
  };
}

/** Whether an index has the list in its order: then the database looks at no more users than the page has. */
function isAlongIndex({ filter, includeTotal, skip, orderBy }: ListUsersRequest): boolean {
  return filter === "" && !includeTotal && skip === 0 && !orderBy.includes(",");
}

const ABOUT_USER = { userId: (response: { user?: UserMessage | undefined }) => response.user?.id };

function parseNewUser({ userId, user }: { userId: string; user?: UserMessage | undefined }) {
  const input = parseUser(required(user, "user"));
  if (userId !== "" && input.id !== undefined && input.id !== userId) {
    throw invalidField("user.id", "differs from user_id");
  }
  return userId === "" ? input : { ...input, id: userId };
}

/** Finds users for all keys with one query per kind. */
async function findAll(users: UserReader, keys: readonly UserKey[]) {
  const byKind = new Map<UserKeyKind, ReadonlyMap<string, EncodedUser>>();
  for (const kind of ["id", "externalId", "email"] as const) {
    const wanted = keys.flatMap(({ key }) => (key.case === kind ? [key.value] : []));
    byKind.set(kind, await users.findEncoded(kind, wanted));
  }
  return ({ key }: UserKey) =>
    key.case === undefined ? undefined : byKind.get(key.case)?.get(foldKey(key.case, key.value));
}

function toResult(image: EncodedUser | undefined, put: SetUsers): MessageShape<typeof LookupUsersResultSchema> {
  return image === undefined
    ? create(LookupUsersResultSchema, { result: { case: "notFound", value: true } })
    : put(create(LookupUsersResultSchema), LookupUsersResultSchema.field.user, [image]);
}
