import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { type User as UserMessage, UserSchema } from "../../../gen/roster/v1/user_pb.js";
import { invalidField } from "../../directory/errors.ts";
import type { UserValues } from "../../directory/users/user.ts";
import { USER_FIELD_KEYS, USER_FIELDS } from "../../directory/users/user-fields.ts";
import { applyUpdateMask, type UpdateRules } from "../wire/update-mask.ts";
import { parseUser } from "./user-message.ts";

/** What an update changes of a user. Throws FIELD_INVALID. */
export function parseUserPatch(user: UserMessage, mask: FieldMask | undefined): Partial<UserValues> {
  const { id: _, ...present } = parseUser(user);
  return applyUpdateMask(RULES, mask, present);
}

const RULES: UpdateRules<Partial<UserValues>> = {
  schema: UserSchema,
  cleared: Object.fromEntries(
    USER_FIELD_KEYS.map((key) => {
      const { name, default: value, clearable = true } = USER_FIELDS[key];
      return [name, clearable ? { [key]: value } : undefined];
    }),
  ),
  refuseToClear: (path) => invalidField(`user.${path}`, "can't be cleared"),
};
