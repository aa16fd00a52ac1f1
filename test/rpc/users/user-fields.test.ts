import { getOption } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { FieldBehavior, field_behavior } from "../../../gen/google/api/field_behavior_pb.js";
import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import { USER_FIELD_KEYS, USER_FIELDS } from "../../../src/directory/users/user-fields.ts";

/** Neither is a value of the user: one is what it is found by, the other guards a write. */
const NO_VALUES = ["id", "etag"];

test("what callers decide about is what the schema lets them set, under the same names", () => {
  const writable = UserSchema.fields.filter(
    (field) => !getOption(field, field_behavior).includes(FieldBehavior.OUTPUT_ONLY) && !NO_VALUES.includes(field.name),
  );
  expect(USER_FIELD_KEYS.map((key) => [key, USER_FIELDS[key].name])).toEqual(
    writable.map(({ localName, name }) => [localName, name]),
  );
});
