import { create } from "@bufbuild/protobuf";
import {
  CreateUserRequestSchema,
  DeleteUserRequestSchema,
  GetUserRequestSchema,
  UpdateUserRequestSchema,
} from "../../../gen/roster/v1/user_service_pb.js";
import { notFound, taken } from "../../directory/errors.ts";
import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { Store } from "../../directory/store/store.ts";
import { deleteUser } from "../../directory/users/delete-user.ts";
import { getLiveUser } from "../../directory/users/find-user.ts";
import type { User } from "../../directory/users/user.ts";
import { createUser, updateUser } from "../../directory/users/users.ts";
import type { JsonObject } from "../../directory/values/json.ts";
import { mutate } from "../../rpc/pipeline/mutation.ts";
import { toUserMessage } from "../../rpc/users/user-message.ts";
import { checkUserRules } from "../../rpc/users/user-rules.ts";
import type { UserCalls } from "../protocol/calls.ts";
import type { ScimContext } from "../protocol/operation.ts";
import { assertPreconditions, type Preconditions } from "../protocol/preconditions.ts";
import type { UserSchemas } from "../schema/schemas.ts";
import { valuesOf } from "./kept.ts";
import type { ListMemory } from "./list-memory.ts";
import type { Mapping } from "./mapping.ts";
import { changeableAttributes, type ShownUser, showEncoded, showMessage, showUser } from "./resource.ts";
import { assertNameFree, statusFor } from "./rules.ts";

export interface UserDeps {
  readonly store: Store;
  readonly calls: UserCalls;
  readonly schemas: UserSchemas;
  readonly mapping: Mapping;
  readonly lists: ListMemory;
}

/** What the attributes of a user become. Throws what is wrong with them. */
export type Change = (attributes: JsonObject) => JsonObject;

/** `prepare` gives the attributes once the caller is known. Throws EXTERNAL_ID_TAKEN, EMAIL_TAKEN. */
export function createScimUser(deps: UserDeps, prepare: () => JsonObject, context: ScimContext): Promise<ShownUser> {
  const request = create(CreateUserRequestSchema, { user: {} });
  return deps.calls.createUser(request, context, async (call) => {
    const attributes = prepare();
    const { user } = await mutate(deps.store, request, call, async (tx) => {
      const values = { ...valuesOf(attributes, undefined, deps.mapping), ...statusFor(attributes, undefined) };
      checkUserRules(values);
      await assertNameFree(tx, deps.mapping, attributes);
      const result = await createUser(tx, call.caller, values);
      if (!result.created) throw taken("EXTERNAL_ID_TAKEN", result.user.id);
      return answer(tx, result.user, { created: true });
    });
    return shown(user);
  });
}

/** Throws USER_NOT_FOUND. */
export function getScimUser(deps: UserDeps, id: string, context: ScimContext, prepare: () => void): Promise<ShownUser> {
  const request = create(GetUserRequestSchema, { key: { case: "id", value: toValidId(id) } });
  return deps.calls.getUser(request, context, async ({ accountId }) => {
    prepare();
    assertValid(id);
    const found = await deps.store.findUser(accountId, { kind: "id", key: id });
    if (found === undefined) {
      throw notFound("User", id);
    }
    return showEncoded(found.encoded);
  });
}

/** Throws USER_NOT_FOUND, ETAG_MISMATCH, EXTERNAL_ID_TAKEN, EMAIL_TAKEN, LAST_SUPER_ADMIN. */
export function changeScimUser(
  deps: UserDeps,
  {
    id,
    preconditions,
    prepare,
  }: { readonly id: string; readonly preconditions: Preconditions; readonly prepare: () => Change },
  context: ScimContext,
): Promise<ShownUser> {
  const request = create(UpdateUserRequestSchema, { user: { id: toValidId(id) } });
  return deps.calls.updateUser(request, context, async (call) => {
    const change = prepare();
    assertValid(id);
    const { user } = await mutate(deps.store, request, call, async (tx) => {
      const before = await getLiveUser(tx, id);
      assertPreconditions(preconditions, showUser(before));
      const attributes = change(changeableAttributes(before, deps.mapping));
      const values = { ...valuesOf(attributes, before, deps.mapping), ...statusFor(attributes, before.status) };
      checkUserRules(values);
      await assertNameFree(tx, deps.mapping, attributes, before);
      return answer(tx, await updateUser(tx, call.caller, id, values, { metadataUpdate: "REPLACE", etag: "" }));
    });
    return shown(user);
  });
}

/** Throws USER_NOT_FOUND, ETAG_MISMATCH, LAST_SUPER_ADMIN. */
export async function deleteScimUser(
  deps: UserDeps,
  id: string,
  preconditions: Preconditions,
  context: ScimContext,
): Promise<void> {
  const request = create(DeleteUserRequestSchema, { id: toValidId(id) });
  await deps.calls.deleteUser(request, context, async (call) => {
    assertValid(id);
    return mutate(deps.store, request, call, async (tx) => {
      assertPreconditions(preconditions, showUser(await getLiveUser(tx, id)));
      return answer(tx, await deleteUser(tx, call.caller, id, { etag: "" }));
    });
  });
}

const ID = /^[!-~]{1,128}$/;

/** What no user can be called is nobody's id, and no other mistake: the call is made for an id that can be. */
function toValidId(id: string): string {
  return ID.test(id) ? id : "-";
}

/** Throws USER_NOT_FOUND. */
function assertValid(id: string): void {
  if (!ID.test(id)) {
    throw notFound("User", id);
  }
}

function answer<More extends object>(tx: AccountTransaction, user: User | undefined, more?: More) {
  return { ...(user && { user: toUserMessage(user) }), revision: BigInt(tx.revision), ...more };
}

function shown(message: Parameters<typeof showMessage>[0] | undefined): ShownUser {
  if (message === undefined) {
    throw new Error("a write has answered without a user");
  }
  return showMessage(message);
}
