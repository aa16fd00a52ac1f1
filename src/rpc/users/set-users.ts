import { type DescField, fromBinary, type Message } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import type { EncodedUser } from "../../directory/store/users.ts";
import type { Call } from "../pipeline/call.ts";
import { setPreEncodedField } from "../wire/pre-encoded-field.ts";
import { parseReadMask } from "./read-mask.ts";

/** Sets a field of an answer to users, and returns the answer. */
export type SetUsers = <M extends Message>(message: M, field: DescField, users: readonly EncodedUser[]) => M;

/**
 * Users go out as they are stored, but to callers who read JSON or want only some fields: for those they are decoded.
 * Throws FIELD_INVALID.
 */
export function createSetUsers({ binary }: Pick<Call, "binary">, readMask: FieldMask | undefined): SetUsers {
  const applyMask = parseReadMask(readMask);
  return (message, field, users) => {
    if (binary && applyMask === undefined) {
      setPreEncodedField(message, field, users);
      return message;
    }
    const messages = users.map((encoded) => {
      const user = fromBinary(UserSchema, encoded);
      return applyMask === undefined ? user : applyMask(user);
    });
    const value = field.fieldKind === "list" ? messages : messages[0];
    const { oneof, localName } = field;
    return Object.assign(
      message,
      oneof === undefined ? { [localName]: value } : { [oneof.localName]: { case: localName, value } },
    );
  };
}
