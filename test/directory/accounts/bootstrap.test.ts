import { expect, onTestFinished, test } from "vitest";
import { bootstrap } from "../../../src/directory/accounts/bootstrap.ts";
import { mintSecret } from "../../../src/directory/keys/api-key.ts";
import { createAuthenticator } from "../../../src/directory/keys/authentication.ts";
import { openTestStore } from "../../support/store.ts";

test("the first start creates the default account, a super admin and an ADMIN key", async () => {
  const { store, secret, login } = await openEmpty();
  expect(await bootstrap(store, secret)).toBe(true);
  expect(await store.listAccountIds("", 10)).toEqual(["default"]);
  const caller = await login(secret);
  expect(caller).toMatchObject({
    accountId: "default",
    superAdmin: true,
    role: "ADMIN",
    credential: { key: { expireTime: null } },
  });
  const users = await store.read("default", ({ users }) => users.listAt(1, "", 10));
  expect(users).toEqual([{ id: caller.user.id, state: caller.user }]);
});

test("a later start changes nothing, and its key does not work", async () => {
  const { store, secret, login, other } = await openEmpty();
  await bootstrap(store, secret);
  expect(await bootstrap(store, other)).toBe(false);
  expect(await login(secret)).toMatchObject({ superAdmin: true });
  await expect(login(other)).rejects.toMatchObject({ reason: "API_KEY_INVALID" });
  expect(await store.countAllUsers({ showDeleted: true })).toBe(1);
});

test("of several starts at once, one does it, and its key is the one that works", async () => {
  const { store, sources, login } = await openEmpty();
  const secrets = Array.from({ length: 8 }, () => mintSecret(sources.newId("K")));
  const done = await Promise.all(secrets.map((secret) => bootstrap(store, secret)));
  expect(done.filter(Boolean)).toHaveLength(1);
  const works = await Promise.all(
    secrets.map((secret) =>
      login(secret).then(
        () => true,
        () => false,
      ),
    ),
  );
  expect(works).toEqual(done);
  expect(await store.countAllUsers({ showDeleted: true })).toBe(1);
});

async function openEmpty() {
  const { store, sources, close } = await openTestStore();
  onTestFinished(close);
  const login = (secret: string) => createAuthenticator(store, sources.clock)(secret);
  return { store, sources, login, secret: mintSecret(sources.newId("K")), other: mintSecret(sources.newId("K")) };
}
