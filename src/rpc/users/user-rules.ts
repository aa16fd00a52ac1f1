import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import type { UserInput } from "../../directory/users/user.ts";
import { USER_DEFAULTS } from "../../directory/users/user-fields.ts";
import { validate } from "../pipeline/validate.ts";
import { toUserMessage } from "./user-message.ts";

/** The rules of the schema, as calls have them, for users that come otherwise than as messages. Throws FIELD_INVALID. */
export function checkUserRules(input: UserInput): void {
  const nowhere = { accountId: "", createTime: 0, updateTime: 0, deleteTime: null, version: 0, revision: 0 };
  validate(UserSchema, toUserMessage({ ...USER_DEFAULTS, id: "", ...input, ...nowhere }), "user.");
}
