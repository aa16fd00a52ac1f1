import { create, type JsonObject } from "@bufbuild/protobuf";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { type User, UserSchema, UserStatus } from "../../api/schema.ts";

/** A user as it stands in a form. Empty text: there is no value. */
export interface Draft {
  readonly displayName: string;
  readonly name: string;
  readonly email: string;
  readonly emailVerified: boolean;
  readonly externalId: string;
  readonly project: string;
  readonly about: string;
  readonly status: UserStatus;
  readonly superAdmin: boolean;
  /** JSON. */
  readonly metadata: string;
}

const TEXTS = ["displayName", "name", "email", "externalId", "project", "about"] as const;

/** The names that update masks have for the fields of a draft. */
const PATHS: Readonly<Record<keyof Draft, string>> = {
  displayName: "display_name",
  name: "name",
  email: "email",
  emailVerified: "email_verify_time",
  externalId: "external_id",
  project: "project",
  about: "about",
  status: "status",
  superAdmin: "super_admin",
  metadata: "metadata",
};

export const EMPTY_DRAFT: Draft = {
  displayName: "",
  name: "",
  email: "",
  emailVerified: false,
  externalId: "",
  project: "",
  about: "",
  status: UserStatus.ACTIVE,
  superAdmin: false,
  metadata: "{}",
};

export function toDraft(user: User): Draft {
  return {
    displayName: user.displayName ?? "",
    name: user.name ?? "",
    email: user.email ?? "",
    emailVerified: user.emailVerifyTime !== undefined,
    externalId: user.externalId ?? "",
    project: user.project ?? "",
    about: user.about ?? "",
    status: user.status ?? UserStatus.ACTIVE,
    superAdmin: user.superAdmin ?? false,
    metadata: JSON.stringify(user.metadata ?? {}, undefined, 2),
  };
}

/** The user of a draft. Throws a SyntaxError if its metadata is no JSON. */
export function toUser(draft: Draft): User {
  const user = create(UserSchema, {
    status: draft.status,
    superAdmin: draft.superAdmin,
    metadata: parseObject(draft.metadata),
    ...(draft.emailVerified && { emailVerifyTime: timestampNow() }),
  });
  for (const field of TEXTS) {
    if (draft[field] !== "") user[field] = draft[field];
  }
  return user;
}

/** The fields that differ, by their names in update masks. */
export function changedPaths(before: Draft, after: Draft): string[] {
  const names = Object.keys(PATHS) as Array<keyof Draft>;
  return names.filter((name) => before[name] !== after[name]).map((name) => PATHS[name]);
}

/** What is wrong with the text of metadata. Undefined: nothing that shows here. */
export function metadataProblem(text: string): string | undefined {
  try {
    parseObject(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function parseObject(text: string): JsonObject {
  const value: unknown = text.trim() === "" ? {} : JSON.parse(text);
  if (!isObject(value)) throw new SyntaxError("Metadata is an object, in braces.");
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
