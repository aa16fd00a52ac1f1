import type { User as UserMessage } from "../../../gen/roster/v1/user_pb.js";
import type { CreateUserRequest, UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { invalidField } from "../../directory/errors.ts";
import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { Store } from "../../directory/store/store.ts";
import { deleteUser, purgeUser, undeleteUser } from "../../directory/users/delete-user.ts";
import type { User } from "../../directory/users/user.ts";
import { createUser, setUserStatus, updateUser, upsertUser } from "../../directory/users/users.ts";
import { listUserChanges } from "../changes/list-user-changes.ts";
import { type Watching, watchUsers } from "../changes/watch-users.ts";
import type { Handlers } from "../pipeline/call.ts";
import { mutations } from "../pipeline/mutation.ts";
import { parseMetadataUpdate } from "../wire/metadata-update.ts";
import { requireField } from "../wire/require-field.ts";
import type { Tokens } from "../wire/tokens.ts";
import { batchHandlers } from "./batch-users.ts";
import { getUser } from "./get-user.ts";
import { importUsers } from "./import-users.ts";
import { listUsers } from "./list-users.ts";
import { listUsersChunked } from "./list-users-chunked.ts";
import { lookupUsers } from "./lookup-users.ts";
import { toReceipt } from "./purge-receipt.ts";
import { parseUser, toUserMessage } from "./user-message.ts";
import { parseUserPatch } from "./user-patch.ts";

export interface UserServiceDeps {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly watching: Watching;
}

export function userService({ store, tokens, watching }: UserServiceDeps): Handlers<typeof UserService> {
  const mutation = mutations(store);
  return {
    createUser: mutation(async (tx, request, { caller }) => {
      const { user, created } = await createUser(tx, caller, parseNewUser(request));
      return { ...answer(tx, user), created };
    }, ABOUT_USER),

    upsertUser: mutation(async (tx, request, { caller }) => {
      const given = requireField(request.user, "user");
      const { user, created } = await upsertUser(tx, caller, parseUser(given), given.etag);
      return { ...answer(tx, user), created };
    }, ABOUT_USER),

    getUser: (request, call) => getUser(store, request, call),

    lookupUsers: (request, call) => lookupUsers(store, request, call),

    updateUser: mutation(async (tx, request, { caller }) => {
      const given = requireField(request.user, "user");
      const id = requireField(given.id, "user.id");
      const patch = parseUserPatch(given, request.updateMask);
      const metadataUpdate = parseMetadataUpdate(given.metadata, request.metadataUpdate);
      return answer(tx, await updateUser(tx, caller, id, patch, { metadataUpdate, etag: given.etag }));
    }, ABOUT_USER),

    deleteUser: mutation(
      async (tx, { id, ...options }, { caller }) => answer(tx, await deleteUser(tx, caller, id, options)),
      ABOUT_USER,
    ),

    undeleteUser: mutation(
      async (tx, { id, etag }, { caller }) => answer(tx, await undeleteUser(tx, caller, id, etag)),
      ABOUT_USER,
    ),

    purgeUser: mutation(async (tx, { id, etag }, { caller }) => {
      const erased = await purgeUser(tx, caller, id, etag);
      return { receipt: toReceipt(id, tx, erased), revision: BigInt(tx.revision) };
    }),

    activateUser: mutation(
      async (tx, { id, etag }, { caller }) => answer(tx, await setUserStatus(tx, caller, id, "ACTIVE", etag)),
      ABOUT_USER,
    ),

    suspendUser: mutation(
      async (tx, { id, etag }, { caller }) => answer(tx, await setUserStatus(tx, caller, id, "SUSPENDED", etag)),
      ABOUT_USER,
    ),

    listUsers: (request, call) => listUsers(store, tokens, request, call),

    listUsersChunked: (request, call) => listUsersChunked(store, tokens, request, call),

    watchUsers: (request, call) => watchUsers({ store, tokens, watching }, request, call),

    listUserChanges: (request, call) => listUserChanges(store, tokens, request, call),

    importUsers: (request, call) => importUsers(store, request, call),

    ...batchHandlers(store),
  };
}

const ABOUT_USER = { userId: (response: { user?: UserMessage | undefined }) => response.user?.id };

function answer(tx: AccountTransaction, user: User | undefined): { user?: UserMessage; revision: bigint } {
  return { ...(user && { user: toUserMessage(user) }), revision: BigInt(tx.revision) };
}

function parseNewUser({ userId, user }: CreateUserRequest) {
  const input = parseUser(requireField(user, "user"));
  if (userId !== "" && input.id !== undefined && input.id !== userId) {
    throw invalidField("user.id", "differs from user_id");
  }
  return userId === "" ? input : { ...input, id: userId };
}
