import { clone, type MessageShape } from "@bufbuild/protobuf";
import {
  type ApiKey as ApiKeyMessage,
  type ApiKeyService,
  CreateApiKeyResponseSchema,
  RotateApiKeyResponseSchema,
} from "../../../gen/roster/v1/api_key_service_pb.js";
import { invalidField, notFound } from "../../directory/errors.ts";
import { createApiKey, revokeApiKey, rotateApiKey, updateApiKey } from "../../directory/keys/api-keys.ts";
import { issueNonce } from "../../directory/keys/nonce.ts";
import type { Store } from "../../directory/store/store.ts";
import { toAccountMessage } from "../accounts/account-message.ts";
import { isGranted } from "../permissions/authorise.ts";
import { PERMISSIONS } from "../permissions/permissions.ts";
import type { Call, Handlers } from "../pipeline/call.ts";
import { mutations } from "../pipeline/mutation.ts";
import { toUserMessage } from "../users/user-message.ts";
import { requireField } from "../wire/require-field.ts";
import { parseDuration, toTimestamp } from "../wire/time.ts";
import type { Tokens } from "../wire/tokens.ts";
import {
  parseApiKeyPatch,
  parseExpireTime,
  parseRateLimit,
  parseRole,
  toApiKeyMessage,
  toRoleMessage,
} from "./api-key-message.ts";
import { listApiKeys } from "./list-api-keys.ts";

export interface ApiKeyServiceDeps {
  readonly store: Store;
  readonly tokens: Tokens;
}

export function apiKeyService({ store, tokens }: ApiKeyServiceDeps): Handlers<typeof ApiKeyService> {
  const mutation = mutations(store);
  return {
    createApiKey: mutation(async (tx, request, call) => {
      const given = requireField(request.apiKey, "api_key");
      const { key, secret } = await createApiKey(tx, call.caller, {
        displayName: given.displayName,
        userId: given.userId || ownUserId(call),
        role: parseRole(given.role),
        requireNonce: given.requireNonce,
        expireTime: parseExpireTime(given),
        certificateNames: given.certificateNames,
        rateLimit: parseRateLimit(given),
      });
      return { apiKey: toApiKeyMessage(key), secret };
    }, rememberWithoutSecret(CreateApiKeyResponseSchema)),

    async getApiKey(request, { accountId }) {
      return store.read(accountId, async ({ apiKeys }) => {
        const key = await apiKeys.find(request.id);
        if (key === undefined) {
          throw notFound("ApiKey", request.id);
        }
        return { apiKey: toApiKeyMessage(key) };
      });
    },

    listApiKeys: (request, call) => listApiKeys(store, tokens, request, call),

    updateApiKey: mutation(async (tx, { apiKey, updateMask }, { caller }) => {
      const given = requireField(apiKey, "api_key");
      const id = requireField(given.id, "api_key.id");
      const key = await updateApiKey(tx, caller, id, parseApiKeyPatch(given, updateMask));
      return { apiKey: toApiKeyMessage(key) };
    }, ABOUT_USER),

    rotateApiKey: mutation(async (tx, { id, overlap }, { caller }) => {
      const { key, secret } = await rotateApiKey(tx, caller, id, overlap === undefined ? 0 : parseDuration(overlap));
      return { apiKey: toApiKeyMessage(key), secret };
    }, rememberWithoutSecret(RotateApiKeyResponseSchema)),

    revokeApiKey: mutation(
      async (tx, { id }, { caller }) => ({ apiKey: toApiKeyMessage(await revokeApiKey(tx, caller, id)) }),
      ABOUT_USER,
    ),

    async issueNonce(_request, { caller }) {
      const { nonce, expireTime } = await issueNonce(store, caller);
      return { nonce, expireTime: toTimestamp(expireTime) };
    },

    async whoAmI(_request, { caller }) {
      const { accountId, credential, role, user, superAdmin } = caller;
      const methods = [...PERMISSIONS]
        .filter(([, permission]) => isGranted(permission, caller))
        .map(([name]) => name)
        .sort();
      return store.read(accountId, async ({ account, users }) => ({
        ...(credential.kind === "key"
          ? { apiKey: toApiKeyMessage(credential.key) }
          : { token: { issuer: credential.issuer, subject: credential.subject } }),
        role: toRoleMessage(role),
        accountId,
        account: Object.assign(toAccountMessage(account), role === "SELF" && NOT_FOR_SELF),
        user: toUserMessage((await users.find(user.id)) ?? user),
        superAdmin,
        methods,
      }));
    },
  };
}

const ABOUT_USER = { userId: (response: { apiKey?: ApiKeyMessage | undefined }) => response.apiKey?.userId };

/** Repeats of the call get the key, but never again the secret: it is not stored. */
function rememberWithoutSecret<D extends typeof CreateApiKeyResponseSchema | typeof RotateApiKeyResponseSchema>(schema: D) {
  return {
    userId: ({ apiKey }: MessageShape<D>) => apiKey?.userId,
    withoutSecret: (response: MessageShape<D>) => Object.assign(clone<D>(schema, response), { secret: "" }),
  };
}

function ownUserId({ accountId, caller }: Call): string {
  if (accountId !== caller.accountId) {
    throw invalidField("api_key.user_id", "is required for another account");
  }
  return caller.user.id;
}

/** Of the account. */
const NOT_FOR_SELF = { metadata: undefined, metadataSchema: undefined };
