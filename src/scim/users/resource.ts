import { fromBinary } from "@bufbuild/protobuf";
import { type User as UserMessage, UserSchema } from "../../../gen/roster/v1/user_pb.js";

import type { EncodedUser } from "../../directory/store/users.ts";
import { type User, userEtag } from "../../directory/users/user.ts";
import { USER_DEFAULTS } from "../../directory/users/user-fields.ts";
import type { Micros } from "../../directory/values/clock.ts";
import type { JsonObject } from "../../directory/values/json.ts";
import { parseUser } from "../../rpc/users/user-message.ts";
import { parseTimestamp } from "../../rpc/wire/time.ts";
import { CORE } from "../schema/schemas.ts";
import { attributesOf } from "./kept.ts";
import type { Mapping } from "./mapping.ts";

/** What SCIM shows of a user. */
export interface ShownUser
  extends Pick<
    User,
    "id" | "externalId" | "email" | "displayName" | "name" | "metadata" | "status" | "createTime" | "updateTime"
  > {
  readonly etag: string;
}

export function showUser(user: User): ShownUser {
  return { ...user, etag: userEtag(user) };
}

export function showEncoded(encoded: EncodedUser): ShownUser {
  return showMessage(fromBinary(UserSchema, encoded));
}

export function showMessage(message: UserMessage): ShownUser {
  const { id, etag } = message;
  const times = { createTime: timeOf(message.createTime), updateTime: timeOf(message.updateTime) };
  return { ...USER_DEFAULTS, ...parseUser(message), ...times, id, etag };
}

/** `base`: the URL of the service, without a slash at the end. */
export function toResource(user: ShownUser, mapping: Mapping, base: string): JsonObject {
  const attributes = changeableAttributes(user, mapping);
  const extensions = Object.keys(attributes)
    .filter((name) => /^urn:/i.test(name))
    .sort();
  const meta = {
    resourceType: "User",
    created: timeText(user.createTime),
    lastModified: timeText(user.updateTime),
    location: locationOf(user.id, base),
    version: entityTag(user),
  };
  return { schemas: [CORE, ...extensions], id: user.id, ...attributes, meta };
}

/** The attributes that clients decide about. Who is invited may act as far as SCIM goes: only who is suspended is not active. */
export function changeableAttributes(user: Omit<ShownUser, "etag">, mapping: Mapping): JsonObject {
  return { ...attributesOf(user, mapping), active: user.status !== "SUSPENDED" };
}

export function locationOf(id: string, base: string): string {
  return `${base}/Users/${encodeURIComponent(id)}`;
}

/** Weak: what is sent of a user depends on the attributes that are asked for, too. */
export function entityTag({ etag }: Pick<ShownUser, "etag">): string {
  return `W/"${etag}"`;
}

function timeOf(time: UserMessage["createTime"]): Micros {
  return time === undefined ? 0 : parseTimestamp(time, "time");
}

/** With microseconds: what is shown is what filters compare with. */
function timeText(time: Micros): string {
  const milliseconds = Math.floor(time / 1000);
  const rest = String(time - milliseconds * 1000).padStart(3, "0");
  return new Date(milliseconds).toISOString().replace("Z", `${rest}Z`);
}
