import { create, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import {
  type LookupUsersRequest,
  type LookupUsersResponseSchema,
  LookupUsersResultSchema,
  type UserKey,
} from "../../../gen/roster/v1/user_service_pb.js";
import type { AccountView } from "../../directory/store/account-view.ts";
import type { Store } from "../../directory/store/store.ts";
import type { EncodedUser, UserReader } from "../../directory/store/users.ts";
import { foldKey, type UserKeyKind } from "../../directory/users/user.ts";
import type { Call } from "../pipeline/call.ts";
import { createSetUsers, type SetUsers } from "./set-users.ts";

type Result = MessageShape<typeof LookupUsersResultSchema>;

export async function lookupUsers(
  store: Store,
  { keys, readMask, minRevision }: LookupUsersRequest,
  call: Call,
): Promise<MessageInitShape<typeof LookupUsersResponseSchema>> {
  const setUsers = createSetUsers(call, readMask);
  const answer = async ({ account, users }: AccountView) => {
    const find = await findAll(users, keys);
    return { results: keys.map((key) => toResult(find(key), setUsers)), revision: BigInt(account.revision) };
  };
  return store.read(call.accountId, answer, () => Number(minRevision));
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

function toResult(user: EncodedUser | undefined, setUsers: SetUsers): Result {
  return user === undefined
    ? create(LookupUsersResultSchema, { result: { case: "notFound", value: true } })
    : setUsers(create(LookupUsersResultSchema), LookupUsersResultSchema.field.user, [user]);
}
