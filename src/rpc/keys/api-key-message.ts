import { create } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { type ApiKey as ApiKeyMessage, ApiKeyRole, ApiKeySchema } from "../../../gen/roster/v1/api_key_service_pb.js";
import { invalidField } from "../../directory/errors.ts";
import type { ApiKey, ApiKeyInput, Role } from "../../directory/keys/api-key.ts";
import { nameOf } from "../wire/enums.ts";
import { parseTimestamp, toTimestamp } from "../wire/time.ts";
import { applyUpdateMask, type UpdateRules } from "../wire/update-mask.ts";

const ROLES = {
  SELF: ApiKeyRole.SELF,
  READER: ApiKeyRole.READER,
  WRITER: ApiKeyRole.WRITER,
  ADMIN: ApiKeyRole.ADMIN,
} as const satisfies Record<Role, ApiKeyRole>;

export function toApiKeyMessage(key: ApiKey): ApiKeyMessage {
  const { accountId, id, displayName, userId, role, requireNonce, rateLimit, certificateNames } = key;
  const { createTime, expireTime, lastUseTime, revokeTime } = key;
  return create(ApiKeySchema, {
    accountId,
    id,
    displayName,
    userId,
    role: ROLES[role],
    requireNonce,
    ...(rateLimit !== null && { rateLimit }),
    certificateNames: [...certificateNames],
    createTime: toTimestamp(createTime),
    ...(expireTime !== null && { expireTime: toTimestamp(expireTime) }),
    ...(lastUseTime !== null && { lastUseTime: toTimestamp(lastUseTime) }),
    ...(revokeTime !== null && { revokeTime: toTimestamp(revokeTime) }),
  });
}

export function toRoleMessage(role: Role): ApiKeyRole {
  return ROLES[role];
}

/** Throws FIELD_INVALID if there is none. */
export function parseRole(role: ApiKeyRole): Role {
  if (role === ApiKeyRole.UNSPECIFIED) {
    throw invalidField("api_key.role", "is required");
  }
  return nameOf(ROLES, role);
}

/** Throws FIELD_INVALID. */
export function parseExpireTime({ expireTime }: ApiKeyMessage): ApiKey["expireTime"] {
  return expireTime === undefined ? null : parseTimestamp(expireTime, "api_key.expire_time");
}

export function parseRateLimit({ rateLimit }: ApiKeyMessage): ApiKey["rateLimit"] {
  return rateLimit === undefined ? null : { perSecond: rateLimit.perSecond, burst: rateLimit.burst || rateLimit.perSecond };
}

/** What an update changes of a key. A mask that names nothing would clear whatever is absent. Throws FIELD_INVALID. */
export function parseApiKeyPatch(key: ApiKeyMessage, mask: FieldMask | undefined): ApiKeyInput {
  if (mask === undefined || mask.paths.length === 0) {
    throw invalidField("update_mask", "must name the fields to change");
  }
  const { displayName, requireNonce, certificateNames } = key;
  return applyUpdateMask(RULES, mask, {
    displayName,
    expireTime: parseExpireTime(key),
    requireNonce,
    rateLimit: parseRateLimit(key),
    certificateNames,
  });
}

const RULES: UpdateRules<ApiKeyInput> = {
  schema: ApiKeySchema,
  cleared: { display_name: {}, expire_time: {}, require_nonce: {}, rate_limit: {}, certificate_names: {} },
};
