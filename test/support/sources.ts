import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { type User as UserMessage, UserSchema } from "../../gen/roster/v1/user_pb.js";
import type { Sources } from "../../src/directory/store/store.ts";
import type { EncodedUser } from "../../src/directory/store/users.ts";
import type { User } from "../../src/directory/users/user.ts";
import { createClock } from "../../src/directory/values/clock.ts";
import { createIdSource } from "../../src/directory/values/id.ts";
import { createMetadataRules } from "../../src/metadata/metadata-rules.ts";
import { userEncoder } from "../../src/rpc/users/user-encoder.ts";
import { toUserMessage } from "../../src/rpc/users/user-message.ts";

/** What a store needs from outside, as in production, but for what is given. */
export function createSources(given: Partial<Sources> = {}): Sources {
  const metadataRules = createMetadataRules();
  return { clock: createClock(), newId: createIdSource(), encoder: userEncoder, metadataRules, ...given };
}

/** What callers see of a user. */
export function decodeUser(image: EncodedUser): UserMessage {
  return fromBinary(UserSchema, image);
}

/** What callers shall see of it. */
export function encode(user: User): EncodedUser {
  return toBinary(UserSchema, toUserMessage(user));
}
