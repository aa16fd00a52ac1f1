import { clone, fromJson, type JsonValue } from "@bufbuild/protobuf";
import { type User, UserSchema } from "../../gen/roster/v1/user_pb.js";
import type { UserValues } from "../../src/directory/users/user.ts";
import { USER_DEFAULTS } from "../../src/directory/users/user-fields.ts";
import { parseUser } from "../../src/rpc/users/user-message.ts";
import { type SampleUser, sampleUsers } from "../users.ts";

/** Made-up users in any amount. The same index always gives the same. */
export interface Maker {
  /** As a caller sends it. */
  message(index: number): User;
  /** As the store takes it. */
  values(index: number): UserValues;
}

/** The same few thousand people over and over, each time with keys of their own: making people up is slow. */
export function createMaker(samples = 5_000): Maker {
  const people = Array.from(sampleUsers(samples), (user) => fromJson(UserSchema, slim(user)));
  const values = people.map((person) => ({ ...USER_DEFAULTS, ...parseUser(person) }));
  return {
    message: (index) => Object.assign(clone(UserSchema, pick(people, index)), keysOf(pick(people, index), index)),
    values: (index) => ({ ...pick(values, index), ...keysOf(pick(people, index), index) }),
  };
}

/** About as much as directories keep of most people: no text about them, four keys of metadata. */
function slim({ about: _, metadata, ...user }: SampleUser): JsonValue {
  const { plan, verified, joined, tags } = { plan: null, verified: false, joined: "", tags: [], ...metadata };
  return { ...user, metadata: { plan, verified, joined, tags } };
}

function pick<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) {
    throw new Error("there are no samples");
  }
  return item;
}

function keysOf({ email = "" }: User, index: number): { externalId: string; email: string } {
  return { externalId: `crm/${index}`, email: `${index}.${email}` };
}
