import { toBinary } from "@bufbuild/protobuf";
import { UserSchema } from "../../gen/roster/v1/user_pb.js";
import type { UserImages } from "../directory/store.ts";
import { toUserMessage } from "./convert.ts";

/** A user is kept as the message that callers get. Whoever changes what `toUserMessage` makes of a user counts the format up. */
export const userImages: UserImages = {
  encode: (user) => toBinary(UserSchema, toUserMessage(user)),
  format: 1,
};
