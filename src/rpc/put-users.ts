import { type DescField, fromBinary, type Message } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { UserSchema } from "../../gen/roster/v1/user_pb.js";
import type { UserImage } from "../directory/store.ts";
import { readMask } from "./masks.ts";
import type { Call } from "./pipeline.ts";
import { putReady } from "./ready-bytes.ts";

/** Puts users into a field of an answer. */
export type PutUsers = <M extends Message>(message: M, field: DescField, users: readonly UserImage[]) => M;

/** Users go out as they are kept, but to those who read JSON or want only some fields: for them they are decoded. */
export function putUsers({ binary }: Pick<Call, "binary">, fieldMask: FieldMask | undefined): PutUsers {
  const mask = readMask(fieldMask);
  return (message, field, users) => {
    if (binary && mask === undefined) {
      putReady(message, field, users);
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
