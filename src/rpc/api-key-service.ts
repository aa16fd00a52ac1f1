import { clone } from "@bufbuild/protobuf";
import { type ApiKeyService, CreateApiKeyResponseSchema } from "../../gen/roster/v1/api_key_service_pb.js";
import { createApiKey, includesRole } from "../directory/api-key.ts";
import { invalidField } from "../directory/errors.ts";
import type { Store } from "../directory/store.ts";
import { checkDisplayName } from "../directory/user.ts";
import { parseRole, parseTimestamp, toApiKeyMessage, toUserMessage } from "./convert.ts";
import { mutate } from "./mutate.ts";
import { PERMISSIONS } from "./permissions.ts";
import type { Call, Handlers } from "./pipeline.ts";

export function apiKeyService({ store }: { readonly store: Store }): Handlers<typeof ApiKeyService> {
  return {
    createApiKey: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const given = request.apiKey;
          if (given === undefined) {
            throw invalidField("api_key", "is required");
          }
          const { key, secret } = await createApiKey(tx, call.caller, {
            displayName: checkDisplayName(given.displayName, "api_key.display_name"),
            userId: given.userId || ownUserId(call),
            role: parseRole(given.role),
            expireTime: given.expireTime === undefined ? null : parseTimestamp(given.expireTime, "api_key.expire_time"),
          });
          return { apiKey: toApiKeyMessage(key), secret };
        },
        {
          userId: (response) => response.apiKey?.userId,
          strip: (response) => ({ ...clone(CreateApiKeyResponseSchema, response), secret: "" }),
        },
      ),

    async whoAmI(_request, { caller }) {
      const { accountId, key, user, superAdmin } = caller;
      const methods = [...PERMISSIONS].filter(([, { role }]) => includesRole(key.role, role)).map(([name]) => name);
      return { apiKey: toApiKeyMessage(key), accountId, user: toUserMessage(user), superAdmin, methods: methods.sort() };
    },
  };
}

function ownUserId({ accountId, caller }: Call): string {
  if (accountId !== caller.accountId) {
    throw invalidField("api_key.user_id", "is required for another account");
  }
  return caller.user.id;
}
