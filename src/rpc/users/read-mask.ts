import { clearField } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { type User as UserMessage, UserSchema } from "../../../gen/roster/v1/user_pb.js";
import { invalidField } from "../../directory/errors.ts";

const ALL = "*";

/**
 * A function that clears the fields that the mask leaves out; undefined if it leaves out none. Throws FIELD_INVALID for paths that are no
 * fields of User.
 */
export function parseReadMask(mask: FieldMask | undefined): ((user: UserMessage) => UserMessage) | undefined {
  const paths = new Set(mask?.paths);
  for (const path of paths) {
    if (path !== ALL && !UserSchema.fields.some((field) => field.name === path)) {
      throw invalidField("read_mask", `User has no field ${JSON.stringify(path)}`);
    }
  }
  if (paths.size === 0 || paths.has(ALL)) {
    return undefined;
  }
  const hidden = UserSchema.fields.filter((field) => !paths.has(field.name));
  return (user) => {
    for (const field of hidden) {
      clearField(user, field);
    }
    return user;
  };
}
