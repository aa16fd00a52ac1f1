import { clearField, type DescMessage } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { type Account as AccountMessage, AccountSchema } from "../../../gen/roster/v1/account_service_pb.js";
import { type ApiKey as ApiKeyMessage, ApiKeySchema } from "../../../gen/roster/v1/api_key_service_pb.js";
import { type Session as SessionMessage, SessionSchema } from "../../../gen/roster/v1/session_service_pb.js";
import { type User as UserMessage, UserSchema } from "../../../gen/roster/v1/user_pb.js";
import type { AccountInput } from "../../directory/accounts/accounts.ts";
import { invalidField, type RosterError } from "../../directory/errors.ts";
import type { ApiKeyInput } from "../../directory/keys/api-keys.ts";
import type { SessionInput } from "../../directory/sessions/sessions.ts";
import { USER_DEFAULTS, USER_FIELDS, type UserInput } from "../../directory/users/user.ts";
import { parseTimestamp, parseUser } from "./convert.ts";

const ALL = "*";

/** What clears the fields that the mask leaves out; undefined if it leaves out none. Throws FIELD_INVALID for paths that are no fields of User. */
export function readMask(mask: FieldMask | undefined): ((user: UserMessage) => UserMessage) | undefined {
  const paths = new Set(mask?.paths);
  for (const path of paths) {
    if (path !== ALL && !UserSchema.fields.some((field) => field.name === path)) {
      throw invalidField("read_mask", `User has no field ${JSON.stringify(path)}`);
    }
  }
  if (paths.size === 0 || paths.has(ALL)) {
    return undefined;
  }
  const hidden = UserSchema.fields.filter((field) => !paths.has(field.name));
  return (user) => {
    for (const field of hidden) {
      clearField(user, field);
    }
    return user;
  };
}

/** The values to change: those in the mask, absent ones cleared; without a mask, those present. Throws FIELD_INVALID. */
export function parsePatch(user: UserMessage, mask: FieldMask | undefined): UserInput {
  const { id: _, ...present } = parseUser(user);
  if (mask === undefined || mask.paths.length === 0) {
    return present;
  }
  const entries = [...new Set(mask.paths)].flatMap((path) =>
    path === ALL ? everything(present) : [[fieldOf(path), givenOrDefault(path, present)] as const],
  );
  return Object.fromEntries(entries);
}

function everything(present: UserInput): Array<readonly [string, unknown]> {
  const { status: _, superAdmin: __, ...clearable } = USER_DEFAULTS;
  return Object.entries({ ...clearable, ...present });
}

function fieldOf(path: string): keyof UserInput {
  if (isUserField(path)) {
    return USER_FIELDS[path];
  }
  throw notChangeable(UserSchema, path);
}

function notChangeable(schema: DescMessage, path: string): RosterError {
  const known = schema.fields.some((field) => field.name === path);
  const hint = path.startsWith("metadata.") ? "; single keys of metadata go by metadata_update" : "";
  return invalidField(
    "update_mask",
    known ? `${path} can't be changed` : `${schema.name} has no field ${JSON.stringify(path)}${hint}`,
  );
}

function givenOrDefault(path: string, present: UserInput): UserInput[keyof UserInput] {
  const field = fieldOf(path);
  if (present[field] !== undefined) {
    return present[field];
  }
  if (field === "status" || field === "superAdmin") {
    throw invalidField(`user.${path}`, "can't be cleared");
  }
  return USER_DEFAULTS[field];
}

function isUserField(path: string): path is keyof typeof USER_FIELDS {
  return Object.hasOwn(USER_FIELDS, path);
}

/** As `parsePatch`, for sessions. */
export function parseSessionPatch({ externalId, metadata }: SessionMessage, mask: FieldMask | undefined): SessionInput {
  const present = { ...(externalId !== undefined && { externalId }), ...(metadata !== undefined && { metadata }) };
  return masked<SessionInput>(SessionSchema, mask, present, {
    external_id: { externalId: null },
    metadata: { metadata: {} },
  });
}

/** As `parsePatch`, for accounts. */
export function parseAccountPatch({ name, slug, metadata }: AccountMessage, mask: FieldMask | undefined): AccountInput {
  const present = {
    ...(name !== undefined && { name }),
    ...(slug !== undefined && { slug }),
    ...(metadata !== undefined && { metadata }),
  };
  const cleared = { name: undefined, slug: undefined, metadata: { metadata: {} } };
  return masked<AccountInput>(AccountSchema, mask, present, cleared);
}

/** What a key shall be: the fields that the mask names. One that names none would clear those that are absent. */
export function parseApiKeyPatch(key: ApiKeyMessage, mask: FieldMask | undefined): ApiKeyInput {
  if (mask === undefined || mask.paths.length === 0) {
    throw invalidField("update_mask", "must name the fields to change");
  }
  const present = {
    displayName: key.displayName,
    expireTime: key.expireTime === undefined ? null : parseTimestamp(key.expireTime, "api_key.expire_time"),
    requireNonce: key.requireNonce,
  };
  return masked<ApiKeyInput>(ApiKeySchema, mask, present, { display_name: {}, expire_time: {}, require_nonce: {} });
}

/**
 * The present values that the mask names; without a mask, all of them. `cleared` has, for each path, what a value that is named
 * but absent becomes; undefined: it can't be cleared.
 */
function masked<T extends object>(
  schema: DescMessage,
  mask: FieldMask | undefined,
  present: T,
  cleared: Readonly<Record<string, T | undefined>>,
): T {
  const paths = mask?.paths ?? [];
  if (paths.length === 0) {
    return present;
  }
  const everything = paths.includes(ALL);
  const named = everything ? [...Object.keys(cleared), ...paths.filter((path) => path !== ALL)] : paths;
  const values = named.map((path): object => {
    const field = schema.fields.find(({ name }) => name === path);
    if (field === undefined || !Object.hasOwn(cleared, path)) {
      throw notChangeable(schema, path);
    }
    const given = Object.entries(present).filter(([name]) => name === field.localName);
    if (given.length > 0) {
      return Object.fromEntries(given);
    }
    if (cleared[path] === undefined && !everything) {
      throw invalidField("update_mask", `${path} can't be cleared`);
    }
    return cleared[path] ?? {};
  });
  return Object.assign({}, ...values);
}
