import { expect } from "vitest";
import { type ApiKey, type Caller, mintSecret, secretDigest, secretKeyId } from "../../../src/directory/keys/api-key.ts";
import type { NewApiKey } from "../../../src/directory/keys/api-keys.ts";
import { createAuthenticator } from "../../../src/directory/keys/authentication.ts";
import { openTestAccount } from "../../support/account.ts";

export const NEW_KEY = {
  displayName: "Key",
  role: "READER",
  expireTime: null,
  requireNonce: false,
  rateLimit: null,
} as const;

/** An account with a user and a key of that user, and what makes more keys. */
export async function openWithKey(values: Partial<NewApiKey>) {
  const account = await openTestAccount();
  const now = account.sources.clock;
  const user = await account.insert();
  const issue = (input: Partial<NewApiKey>, more: Partial<ApiKey> = {}) =>
    account.write(async ({ apiKeys, newId }) => {
      const secret = mintSecret(newId("K"));
      const id = secretKeyId(secret) ?? "";
      const key = {
        ...NEW_KEY,
        accountId: account.id,
        userId: user.id,
        createTime: now(),
        certificateNames: [],
        lastUseTime: null,
        revokeTime: null,
        ...input,
        ...more,
        id,
      };
      await apiKeys.insert(key, secretDigest(secret));
      return secret;
    });
  const login = (secret: string | undefined): Promise<Caller> => createAuthenticator(account.store, now)(secret);
  const secret = await issue(values);
  const key = keyOf(await login(secret));
  return { account, user, key, secret, issue, login, now };
}

/** The key that a caller has shown. */
export function keyOf({ credential }: Caller): ApiKey {
  return credential.kind === "key" ? credential.key : expect.fail("the caller has shown a token");
}
