import type { UserEncoder } from "../../directory/store/users.ts";
import { written } from "../wire/reused-writer.ts";
import { writeUser } from "./user-message.ts";

/**
 * A user is kept as the message that callers get: the very bytes that `toBinary` makes of `toUserMessage`, in a third of the time, since
 * each write makes one. Whoever changes them counts the format up.
 */
export const userEncoder: UserEncoder = {
  encode: (user) => written((writer) => writeUser(writer, user)),
  format: 1,
};
