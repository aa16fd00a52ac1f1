import { create } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import {
  type Account as AccountMessage,
  AccountSchema,
  AccountStatus as AccountStatusMessage,
} from "../../../gen/roster/v1/account_service_pb.js";
import { type Account, type AccountStatus, accountEtag } from "../../directory/accounts/account.ts";
import type { AccountInput } from "../../directory/accounts/accounts.ts";
import { STRUCT } from "../wire/field-types.ts";
import { toTimestamp } from "../wire/time.ts";
import { applyUpdateMask, type UpdateRules } from "../wire/update-mask.ts";

const STATUSES = {
  ACTIVE: AccountStatusMessage.ACTIVE,
  SUSPENDED: AccountStatusMessage.SUSPENDED,
} as const satisfies Record<AccountStatus, AccountStatusMessage>;

export function toAccountMessage(account: Account): AccountMessage {
  const { id, name, slug, status, metadata, selfWritable, metadataSchema, createTime, updateTime, revision } = account;
  return create(AccountSchema, {
    id,
    name,
    slug,
    status: STATUSES[status],
    metadata: STRUCT.toMessage(metadata),
    selfWritable: [...selfWritable],
    ...(metadataSchema !== null && { metadataSchema: STRUCT.toMessage(JSON.parse(metadataSchema)) }),
    createTime: toTimestamp(createTime),
    updateTime: toTimestamp(updateTime),
    etag: accountEtag(account),
    revision: BigInt(revision),
  });
}

/** The values that are present. */
export function parseAccount({ name, slug, metadata, selfWritable, metadataSchema }: AccountMessage): AccountInput {
  return {
    ...(name !== undefined && { name }),
    ...(slug !== undefined && { slug }),
    ...(metadata !== undefined && { metadata }),
    ...(selfWritable.length > 0 && { selfWritable }),
    ...(metadataSchema !== undefined && { metadataSchema }),
  };
}

/** What an update changes of an account. Throws FIELD_INVALID. */
export function parseAccountPatch(account: AccountMessage, mask: FieldMask | undefined): AccountInput {
  return applyUpdateMask(RULES, mask, parseAccount(account));
}

const RULES: UpdateRules<AccountInput> = {
  schema: AccountSchema,
  cleared: {
    name: undefined,
    slug: undefined,
    metadata: { metadata: {} },
    self_writable: { selfWritable: [] },
    metadata_schema: { metadataSchema: null },
  },
};
