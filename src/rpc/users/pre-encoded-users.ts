import { type DescField, fromBinary, type Message } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import type { EncodedUser } from "../../directory/store/users.ts";
import type { Call } from "../pipeline/pipeline.ts";
import { setPreEncoded } from "../wire/pre-encoded-field.ts";
import { parseReadMask } from "./read-mask.ts";

/** Puts users into a field of an answer. */
export type SetUsers = <M extends Message>(message: M, field: DescField, users: readonly EncodedUser[]) => M;

/** Users go out as they are kept, but to those who read JSON or want only some fields: for them they are decoded. */
export function usersSetter({ binary }: Pick<Call, "binary">, fieldMask: FieldMask | undefined): SetUsers {
  const mask = parseReadMask(fieldMask);
  return (message, field, users) => {
    if (binary && mask === undefined) {
      setPreEncoded(message, field, users);
      return message;
    }
    const messages = users.map((image) => {
      const user = fromBinary(UserSchema, image);
      return mask === undefined ? user : mask(user);
    });
    const value = field.fieldKind === "list" ? messages : messages[0];
    const { oneof, localName } = field;
    return Object.assign(
      message,
      oneof === undefined ? { [localName]: value } : { [oneof.localName]: { case: localName, value } },
    );
  };
}
