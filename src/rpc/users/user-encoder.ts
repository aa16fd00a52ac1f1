import type { UserEncoder } from "../../directory/store/users.ts";
import { writeBytes } from "../wire/reused-writer.ts";
import { writeUser } from "./user-message.ts";

/**
 * A user is stored as the message that callers get: the very bytes that `toBinary` makes of `toUserMessage`, in a third of the time,
 * because every write needs them. Whoever changes them counts the format up.
 */
export const userEncoder: UserEncoder = {
  encode: (user) => writeBytes((writer) => writeUser(writer, user)),
  format: 2,
};
