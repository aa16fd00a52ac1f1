import { clone, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import {
  type ApiKey as ApiKeyMessage,
  ApiKeyRole,
  type ApiKeyService,
  CreateApiKeyResponseSchema,
  RotateApiKeyResponseSchema,
} from "../../../gen/roster/v1/api_key_service_pb.js";
import { invalidField, notFound } from "../../directory/errors.ts";
import { includesRole, type Role } from "../../directory/keys/api-key.ts";
import { createApiKey, revokeApiKey, rotateApiKey, updateApiKey } from "../../directory/keys/api-keys.ts";
import { issueNonce } from "../../directory/keys/nonce.ts";
import type { Store } from "../../directory/store/store.ts";
import { checkDisplayName } from "../../directory/values/display-name.ts";
import { toAccountMessage } from "../accounts/account-message.ts";
import { PERMISSIONS } from "../pipeline/permissions.ts";
import type { Call, Handlers } from "../pipeline/pipeline.ts";
import { toUserMessage } from "../users/user-message.ts";
import { mutate } from "../wire/mutate.ts";
import { answerPage } from "../wire/paging.ts";
import { required } from "../wire/required.ts";
import { parseDuration, parseTimestamp, toTimestamp } from "../wire/time.ts";
import type { Tokens } from "../wire/tokens.ts";
import { parseApiKeyPatch, parseRole, toApiKeyMessage, toRoleMessage } from "./api-key-message.ts";

export interface ApiKeyServiceDeps {
  readonly store: Store;
  readonly tokens: Tokens;
}

export function apiKeyService({ store, tokens }: ApiKeyServiceDeps): Handlers<typeof ApiKeyService> {
  return {
    createApiKey: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const given = required(request.apiKey, "api_key");
          const { key, secret } = await createApiKey(tx, call.caller, {
            displayName: checkDisplayName(given.displayName, "api_key.display_name"),
            userId: given.userId || ownUserId(call),
            role: requiredRole(given.role),
            requireNonce: given.requireNonce,
            expireTime: given.expireTime === undefined ? null : parseTimestamp(given.expireTime, "api_key.expire_time"),
          });
          return { apiKey: toApiKeyMessage(key), secret };
        },
        keepWithoutSecret(CreateApiKeyResponseSchema),
      ),

    async getApiKey(request, { accountId }) {
      return store.read(accountId, async ({ apiKeys }) => {
        const key = await apiKeys.find(request.id);
        if (key === undefined) {
          throw notFound("ApiKey", request.id);
        }
        return { apiKey: toApiKeyMessage(key) };
      });
    },

    async listApiKeys(request, { accountId }) {
      return store.read(accountId, async ({ apiKeys }) => {
        const { items, ...pageTokens } = await answerPage(
          tokens,
          { method: "ListApiKeys", account_id: accountId },
          request,
          {
            read: (query) => apiKeys.list(query),
            keyOf: ({ id }) => [id],
          },
        );
        return { apiKeys: items.map(toApiKeyMessage), ...pageTokens };
      });
    },

    updateApiKey: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const given = required(request.apiKey, "api_key");
          const id = required(given.id, "api_key.id");
          const patch = parseApiKeyPatch(given, request.updateMask);
          const displayName = patch.displayName;
          const key = await updateApiKey(tx, call.caller, id, {
            ...patch,
            ...(displayName !== undefined && { displayName: checkDisplayName(displayName, "api_key.display_name") }),
          });
          return { apiKey: toApiKeyMessage(key) };
        },
        ABOUT_USER,
      ),

    rotateApiKey: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => {
          const overlap = request.overlap === undefined ? 0 : parseDuration(request.overlap);
          const { key, secret } = await rotateApiKey(tx, call.caller, request.id, overlap);
          return { apiKey: toApiKeyMessage(key), secret };
        },
        keepWithoutSecret(RotateApiKeyResponseSchema),
      ),

    revokeApiKey: (request, call) =>
      mutate(
        store,
        call,
        request,
        async (tx) => ({ apiKey: toApiKeyMessage(await revokeApiKey(tx, call.caller, request.id)) }),
        ABOUT_USER,
      ),

    async issueNonce(_request, { caller }) {
      const { nonce, expireTime } = await issueNonce(store, caller);
      return { nonce, expireTime: toTimestamp(expireTime) };
    },

    async whoAmI(_request, { caller }) {
      const { accountId, credential, role, user, superAdmin } = caller;
      const methods = [...PERMISSIONS]
        .filter(([, permission]) => includesRole(role, permission.role) && (superAdmin || !permission.superAdmin))
        .map(([name]) => name)
        .sort();
      return store.read(accountId, async ({ account, users }) => ({
        ...(credential.kind === "key"
          ? { apiKey: toApiKeyMessage(credential.key) }
          : { token: { issuer: credential.issuer, subject: credential.subject } }),
        role: toRoleMessage(role),
        accountId,
        account: toAccountMessage(account),
        user: toUserMessage((await users.find(user.id)) ?? user),
        superAdmin,
        methods,
      }));
    },
  };
}

const ABOUT_USER = { userId: (response: { apiKey?: ApiKeyMessage | undefined }) => response.apiKey?.userId };

/** Repeats of the call get the key, but never again the secret: it is not stored. */
function keepWithoutSecret<D extends DescMessage>(schema: D & (MessageShape<D> extends KeyAndSecret ? unknown : never)) {
  return {
    userId: (response: MessageShape<D>) => (response as unknown as KeyAndSecret).apiKey?.userId,
    strip: (response: MessageShape<D>): MessageShape<D> => Object.assign(clone(schema, response), { secret: "" }),
  };
}

interface KeyAndSecret {
  readonly apiKey?: ApiKeyMessage | undefined;
  readonly secret: string;
}

function requiredRole(role: ApiKeyRole): Role {
  if (role === ApiKeyRole.UNSPECIFIED) {
    throw invalidField("api_key.role", "is required");
  }
  return parseRole(role);
}

function ownUserId({ accountId, caller }: Call): string {
  if (accountId !== caller.accountId) {
    throw invalidField("api_key.user_id", "is required for another account");
  }
  return caller.user.id;
}
