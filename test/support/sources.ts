import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type User as UserMessage, UserSchema } from "../../gen/roster/v1/user_pb.js";
import { createClock } from "../../src/directory/clock.ts";
import { createIdSource } from "../../src/directory/id.ts";
import type { Sources, UserImage } from "../../src/directory/store.ts";
import type { User } from "../../src/directory/user.ts";
import { toUserMessage } from "../../src/rpc/convert.ts";
import { userImages } from "../../src/rpc/user-images.ts";

/** What a store needs from outside, as in production, but for what is given. */
export function createSources(given: Partial<Sources> = {}): Sources {
  return { clock: createClock(), newId: createIdSource(), images: userImages, ...given };
}

/** What callers see of a user. */
export function decodeUser(image: UserImage): UserMessage {
  return fromBinary(UserSchema, image);
}

/** What callers shall see of it. */
export function imageOf(user: User): UserImage {
  return toBinary(UserSchema, toUserMessage(user));
}
