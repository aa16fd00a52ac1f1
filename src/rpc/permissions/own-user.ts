import { create } from "@bufbuild/protobuf";
import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import type { GetUserRequest, UpdateUserRequest, WatchUsersRequest } from "../../../gen/roster/v1/user_service_pb.js";
import type { User } from "../../directory/users/user.ts";
import { foldEmail } from "../../directory/values/email.ts";

/**
 * Makes a request of a caller with the role SELF one about its own user, who is filled in where the request names nobody. Returns
 * false for a request about anybody else.
 */
export type BindOwnUser<R> = (request: R, own: User) => boolean;

/** The request names no user: what it is about is checked where it is found. */
export const namesNobody: BindOwnUser<unknown> = () => true;

export const ownUserId: BindOwnUser<{ userId: string }> = (request, { id }) => {
  request.userId ||= id;
  return request.userId === id;
};

export const ownKey: BindOwnUser<GetUserRequest> = (request, own) => {
  const { key } = request;
  const isOwn =
    key.case === undefined ||
    (key.case === "id" && key.value === own.id) ||
    (key.case === "externalId" && key.value === own.externalId) ||
    (key.case === "email" && own.email !== null && foldEmail(key.value) === foldEmail(own.email));
  // By id, because the other keys may be somebody else's since the caller's user was read.
  request.key = { case: "id", value: own.id };
  return isOwn;
};

export const ownUser: BindOwnUser<UpdateUserRequest> = (request, { id }) => {
  request.user ??= create(UserSchema);
  request.user.id ||= id;
  return request.user.id === id;
};

/** An initial state would be that of the whole account. */
export const ownChanges: BindOwnUser<WatchUsersRequest> = ({ start }) => start.case !== "withInitialState" || !start.value;
