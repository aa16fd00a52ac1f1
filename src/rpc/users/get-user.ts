import { create, type MessageShape } from "@bufbuild/protobuf";
import { type GetUserRequest, GetUserResponseSchema } from "../../../gen/roster/v1/user_service_pb.js";
import { notFound } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import type { Call } from "../pipeline/call.ts";
import { requireField } from "../wire/require-field.ts";
import { createSetUsers } from "./set-users.ts";

export async function getUser(
  store: Store,
  request: GetUserRequest,
  call: Call,
): Promise<MessageShape<typeof GetUserResponseSchema>> {
  const setUsers = createSetUsers(call, request.readMask);
  const { case: kind, value: key } = requireField(request.key.case && request.key, "key");
  const least = () => Number(request.minRevision);
  const found = await store.findUser(call.accountId, { kind, key, showDeleted: request.showDeleted }, least);
  if (found === undefined) {
    throw notFound("User", key);
  }
  const response = create(GetUserResponseSchema, { revision: BigInt(found.revision) });
  return setUsers(response, GetUserResponseSchema.field.user, [found.encoded]);
}
