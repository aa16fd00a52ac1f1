import { clearField } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { type User as UserMessage, UserSchema } from "../../gen/roster/v1/user_pb.js";
import { invalidField } from "../directory/errors.ts";
import { USER_DEFAULTS, USER_FIELDS, type UserInput } from "../directory/user.ts";
import { parseUser } from "./convert.ts";

const ALL = "*";

/** Clears the fields that the mask leaves out. Throws FIELD_INVALID for paths that are no fields of User. */
export function readMask(mask: FieldMask | undefined): (user: UserMessage) => UserMessage {
  const paths = new Set(mask?.paths);
  for (const path of paths) {
    if (path !== ALL && !UserSchema.fields.some((field) => field.name === path)) {
      throw invalidField("read_mask", `User has no field ${JSON.stringify(path)}`);
    }
  }
  if (paths.size === 0 || paths.has(ALL)) {
    return (user) => user;
  }
  const hidden = UserSchema.fields.filter((field) => !paths.has(field.name));
  return (user) => {
    for (const field of hidden) {
      clearField(user, field);
    }
    return user;
  };
}

/** The values to change: those in the mask, absent ones cleared; without a mask, those present. Throws FIELD_INVALID. */
export function parsePatch(user: UserMessage, mask: FieldMask | undefined): UserInput {
  const { id: _, ...present } = parseUser(user);
  if (mask === undefined || mask.paths.length === 0) {
    return present;
  }
  const entries = [...new Set(mask.paths)].flatMap((path) =>
    path === ALL ? everything(present) : [[fieldOf(path), givenOrDefault(path, present)] as const],
  );
  return Object.fromEntries(entries);
}

function everything(present: UserInput): Array<readonly [string, unknown]> {
  const { status: _, superAdmin: __, ...clearable } = USER_DEFAULTS;
  return Object.entries({ ...clearable, ...present });
}

function fieldOf(path: string): keyof UserInput {
  if (isUserField(path)) {
    return USER_FIELDS[path];
  }
  const known = UserSchema.fields.some((field) => field.name === path);
  const hint = path.startsWith("metadata.") ? "; single keys of metadata go by metadata_update" : "";
  throw invalidField("update_mask", known ? `${path} can't be changed` : `User has no field ${JSON.stringify(path)}${hint}`);
}

function givenOrDefault(path: string, present: UserInput): UserInput[keyof UserInput] {
  const field = fieldOf(path);
  if (present[field] !== undefined) {
    return present[field];
  }
  if (field === "status" || field === "superAdmin") {
    throw invalidField(`user.${path}`, "can't be cleared");
  }
  return USER_DEFAULTS[field];
}

function isUserField(path: string): path is keyof typeof USER_FIELDS {
  return Object.hasOwn(USER_FIELDS, path);
}
