import { expect, test } from "vitest";
import { RosterError } from "../../../src/directory/errors.ts";
import { mintSecret, secretDigest, secretKeyId } from "../../../src/directory/keys/api-key.ts";
import { insertApiKey } from "../../../src/directory/keys/api-keys.ts";
import { createAuthenticator } from "../../../src/directory/keys/authentication.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { createTestAccount } from "../../support/account.ts";
import { NEW_KEY, openWithKey } from "./keys.ts";

const KEY_ID = "K01234567890123456789ABCDEF";

test("a secret is `roster_`, the key's id, `_` and 43 base64url characters, and names its key", () => {
  const secret = mintSecret(KEY_ID);
  expect(secret).toMatch(new RegExp(`^roster_${KEY_ID}_[A-Za-z0-9_-]{43}$`));
  expect(secretKeyId(secret)).toBe(KEY_ID);
  expect(mintSecret(KEY_ID)).not.toBe(secret);
  expect(secretDigest(secret)).toHaveLength(32);
});

test.each([
  "",
  "roster_",
  `roster_${KEY_ID}_`,
  `roster_${KEY_ID}_${"a".repeat(42)}`,
  `roster_${KEY_ID}_${"a".repeat(44)}`,
  `roster_${KEY_ID}_${"a".repeat(42)}=`,
  `roster_${KEY_ID}_${"a".repeat(43)}\n`,
  ` roster_${KEY_ID}_${"a".repeat(43)}`,
  `ROSTER_${KEY_ID}_${"a".repeat(43)}`,
  `roster_${KEY_ID.toLowerCase()}_${"a".repeat(43)}`,
  `roster_U${KEY_ID.slice(1)}_${"a".repeat(43)}`,
  `roster_${KEY_ID.replace("A", "I")}_${"a".repeat(43)}`,
  "x".repeat(1_000_000),
])("%.60j is no secret", (text) => {
  expect(secretKeyId(text)).toBeUndefined();
});

test("a secret proves its key, its user and its account", async () => {
  const { key, secret, user, login } = await openWithKey({ role: "WRITER" });
  expect(await login(secret)).toMatchObject({
    accountId: "default",
    credential: { kind: "key", key: { ...key, lastUseTime: expect.toBeOneOf([null, expect.any(Number)]) } },
    user,
    superAdmin: false,
  });
});

test("every secret that does not work gets one and the same answer", async () => {
  const { account, issue, login, now } = await openWithKey({});
  const change = (user: User, values: Partial<User>) => account.write((tx) => tx.users.update(user, { ...user, ...values }));
  const [deleted, suspended, purged] = [await account.insert(), await account.insert(), await account.insert()];
  const secrets = [
    await issue({ userId: deleted.id }),
    await issue({ userId: suspended.id }),
    await issue({ userId: purged.id }),
    await issue({ expireTime: now() }),
    await issue({}, { revokeTime: now() }),
    await issue({}, { revokeTime: now() + 1_000_000 }),
  ];
  await change(deleted, { deleteTime: now() });
  await change(suspended, { status: "SUSPENDED" });
  await account.write((tx) => tx.users.purge(purged));

  const valid = await issue({});
  const flipped = valid.slice(0, -1) + (valid.endsWith("A") ? "Q" : "A");
  const answers = [];
  for (const secret of [undefined, "", "nonsense", mintSecret(KEY_ID), flipped, valid.slice(0, -1), ...secrets]) {
    answers.push(await login(secret).catch((error: unknown) => error));
  }
  // The cause is for operators: callers are not told it.
  const texts = answers.map((error) =>
    error instanceof RosterError
      ? JSON.stringify([error.reason, error.message, { ...error.details, cause: undefined }])
      : "worked",
  );
  expect(texts[0]).toContain("API_KEY_INVALID");
  expect(new Set(texts).size).toBe(1);
  expect(await login(valid)).toMatchObject({ superAdmin: false });
});

test("a key works until its end, and from that very microsecond on no more", async () => {
  const { account, issue } = await openWithKey({});
  const secret = await issue({ expireTime: 2_000_000 });
  const at = (time: number) => createAuthenticator(account.store, () => time);
  expect(await at(1_999_999)(secret)).toMatchObject({ credential: { key: { expireTime: 2_000_000 } } });
  await expect(at(2_000_000)(secret)).rejects.toMatchObject({ reason: "API_KEY_INVALID" });
});

test("of keys with one id in two accounts, the one that the secret belongs to is proven", async () => {
  const { account, login, now } = await openWithKey({});
  const other = await createTestAccount(account.store, "other");
  const secrets = [mintSecret(KEY_ID), mintSecret(KEY_ID)];
  for (const [index, each] of [account, other].entries()) {
    const user = await each.insert();
    await each.write((tx) => insertApiKey(tx, { ...NEW_KEY, userId: user.id }, secrets[index] ?? ""));
  }
  expect(await login(secrets[0])).toMatchObject({ accountId: "default" });
  expect(await login(secrets[1])).toMatchObject({ accountId: "other" });
  await expect(createAuthenticator(account.store, now)(mintSecret(KEY_ID))).rejects.toMatchObject({
    reason: "API_KEY_INVALID",
  });
});

test("a key of a suspended account is told so, but only if it would work otherwise", async () => {
  const { account, now } = await openWithKey({});
  const other = await createTestAccount(account.store, "suspended");
  const user = await other.insert();
  const [secret, ended] = [mintSecret("K00000000000000000000000001"), mintSecret("K00000000000000000000000002")];
  await other.write(async (tx) => {
    await insertApiKey(tx, { ...NEW_KEY, userId: user.id }, secret);
    await insertApiKey(tx, { ...NEW_KEY, userId: user.id, expireTime: 1 }, ended);
    await tx.updateAccount({ ...tx.account, status: "SUSPENDED" });
  });
  const login = createAuthenticator(account.store, now);
  await expect(login(secret)).rejects.toMatchObject({ reason: "ACCOUNT_SUSPENDED" });
  await expect(login(ended)).rejects.toMatchObject({ reason: "API_KEY_INVALID" });
});
