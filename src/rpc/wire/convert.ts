import { create } from "@bufbuild/protobuf";
import { type Duration, type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import {
  type Account as AccountMessage,
  AccountSchema,
  AccountStatus as AccountStatusMessage,
} from "../../../gen/roster/v1/account_service_pb.js";
import { type ApiKey as ApiKeyMessage, ApiKeyRole, ApiKeySchema } from "../../../gen/roster/v1/api_key_service_pb.js";
import { type Session as SessionMessage, SessionSchema } from "../../../gen/roster/v1/session_service_pb.js";
import { UserStatus as StatusMessage, type User as UserMessage, UserSchema } from "../../../gen/roster/v1/user_pb.js";
import { MetadataUpdate as MetadataUpdateMessage } from "../../../gen/roster/v1/user_service_pb.js";
import { type Account, type AccountStatus, accountEtag } from "../../directory/accounts/account.ts";
import { invalidField } from "../../directory/errors.ts";
import type { ApiKey, Role } from "../../directory/keys/api-key.ts";
import { type Session, sessionEtag } from "../../directory/sessions/session.ts";
import type { User, UserStatus } from "../../directory/users/user.ts";
import { userEtag } from "../../directory/users/user.ts";
import type { IdentifiedInput } from "../../directory/users/users.ts";
import type { Micros } from "../../directory/values/clock.ts";
import type { MetadataUpdate } from "../../directory/values/metadata.ts";

export const STATUSES = {
  INVITED: StatusMessage.INVITED,
  ACTIVE: StatusMessage.ACTIVE,
  SUSPENDED: StatusMessage.SUSPENDED,
} as const satisfies Record<UserStatus, StatusMessage>;

const ROLES = {
  SELF: ApiKeyRole.SELF,
  READER: ApiKeyRole.READER,
  WRITER: ApiKeyRole.WRITER,
  ADMIN: ApiKeyRole.ADMIN,
} as const satisfies Record<Role, ApiKeyRole>;

const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

export function toUserMessage(user: User): UserMessage {
  const message = create(UserSchema);
  message.accountId = user.accountId;
  message.id = user.id;
  if (user.externalId !== null) message.externalId = user.externalId;
  if (user.email !== null) message.email = user.email;
  if (user.name !== null) message.name = user.name;
  if (user.displayName !== null) message.displayName = user.displayName;
  message.about = user.about;
  if (user.project !== null) message.project = user.project;
  message.metadata = user.metadata as NonNullable<UserMessage["metadata"]>;
  message.status = STATUSES[user.status];
  message.superAdmin = user.superAdmin;
  message.createTime = toTimestamp(user.createTime);
  message.updateTime = toTimestamp(user.updateTime);
  if (user.deleteTime !== null) message.deleteTime = toTimestamp(user.deleteTime);
  message.version = BigInt(user.version);
  message.etag = userEtag(user);
  return message;
}

/** The values that are present. Output-only fields are left out. */
export function parseUser(message: UserMessage): IdentifiedInput {
  const { id, externalId, email, name, displayName, about, project, metadata, status, superAdmin } = message;
  return {
    ...(id !== "" && { id }),
    ...(externalId !== undefined && { externalId }),
    ...(email !== undefined && { email }),
    ...(name !== undefined && { name }),
    ...(displayName !== undefined && { displayName }),
    ...(about !== undefined && { about }),
    ...(project !== undefined && { project }),
    ...(metadata !== undefined && { metadata }),
    ...(status !== StatusMessage.UNSPECIFIED && { status: keyOf(STATUSES, status) }),
    ...(superAdmin !== undefined && { superAdmin }),
  };
}

/** Metadata that is cleared, not given, is replaced, whatever the rule. */
export function parseMetadataUpdate(given: object | undefined, update: MetadataUpdateMessage): MetadataUpdate {
  return given === undefined ? "REPLACE" : METADATA_UPDATES[update];
}

const METADATA_UPDATES = {
  [MetadataUpdateMessage.UNSPECIFIED]: "REPLACE",
  [MetadataUpdateMessage.REPLACE]: "REPLACE",
  [MetadataUpdateMessage.MERGE]: "MERGE",
  [MetadataUpdateMessage.MERGE_TOP_LEVEL]: "MERGE_TOP_LEVEL",
} as const satisfies Record<MetadataUpdateMessage, MetadataUpdate>;

export function toSessionMessage(session: Session): SessionMessage {
  const { accountId, id, userId, externalId, metadata, createTime, updateTime, endTime } = session;
  return create(SessionSchema, {
    accountId,
    id,
    userId,
    ...(externalId !== null && { externalId }),
    metadata: metadata as NonNullable<SessionMessage["metadata"]>,
    createTime: toTimestamp(createTime),
    updateTime: toTimestamp(updateTime),
    ...(endTime !== null && { endTime: toTimestamp(endTime) }),
    etag: sessionEtag(session),
  });
}

const ACCOUNT_STATUSES = {
  ACTIVE: AccountStatusMessage.ACTIVE,
  SUSPENDED: AccountStatusMessage.SUSPENDED,
} as const satisfies Record<AccountStatus, AccountStatusMessage>;

export function toAccountMessage(account: Account): AccountMessage {
  const { id, name, slug, status, metadata, createTime, updateTime, revision } = account;
  return create(AccountSchema, {
    id,
    name,
    slug,
    status: ACCOUNT_STATUSES[status],
    metadata: metadata as NonNullable<AccountMessage["metadata"]>,
    createTime: toTimestamp(createTime),
    updateTime: toTimestamp(updateTime),
    etag: accountEtag(account),
    revision: BigInt(revision),
  });
}

export function toApiKeyMessage(key: ApiKey): ApiKeyMessage {
  const { id, displayName, userId, role, requireNonce, createTime, expireTime, lastUseTime, revokeTime } = key;
  return create(ApiKeySchema, {
    id,
    displayName,
    userId,
    role: ROLES[role],
    requireNonce,
    createTime: toTimestamp(createTime),
    ...(expireTime !== null && { expireTime: toTimestamp(expireTime) }),
    ...(lastUseTime !== null && { lastUseTime: toTimestamp(lastUseTime) }),
    ...(revokeTime !== null && { revokeTime: toTimestamp(revokeTime) }),
  });
}

export function toRoleMessage(role: Role): ApiKeyRole {
  return ROLES[role];
}

export function parseRole(role: ApiKeyRole): Role {
  return keyOf(ROLES, role);
}

export function toTimestamp(time: Micros): Timestamp {
  const seconds = Math.floor(time / 1_000_000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: (time - seconds * 1_000_000) * 1000 });
}

export function parseDuration({ seconds, nanos }: Duration): Micros {
  return Number(seconds) * 1_000_000 + Math.floor(nanos / 1000);
}

/** Throws FIELD_INVALID for what is no Timestamp: those end with the year 9999. */
export function parseTimestamp({ seconds, nanos }: Timestamp, field: string): Micros {
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || nanos < 0 || nanos > 999_999_999) {
    throw invalidField(field, "must be a time from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z");
  }
  const micros = Number(seconds) * 1_000_000 + Math.floor(nanos / 1000);
  // Past the year 2255 a number has no room for more than whole seconds.
  return Number.isSafeInteger(micros) ? micros : Number(seconds) * 1_000_000;
}

/** The name of an enum value that the schema's rules have let through. */
function keyOf<K extends string, V>(names: Readonly<Record<K, V>>, value: V): K {
  const entry = Object.entries<V>(names).find(([, candidate]) => candidate === value);
  if (entry === undefined) {
    throw new Error(`no name for enum value ${String(value)}`);
  }
  return entry[0] as K;
}
