import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { insertApiKey } from "../../src/directory/keys/api-keys.ts";
import { createSession } from "../../src/directory/sessions/sessions.ts";
import { createTestAccount, newUser, type TestAccount } from "./account.ts";
import type { TestStore } from "./store.ts";

/** An account in which everything has happened, and beside it one whose history and log have been pruned. */
export async function fillDirectory({ store, sources }: TestStore, many: number): Promise<void> {
  const boss = await createTestAccount(store, "default");
  await boss.insert({ id: "boss", superAdmin: true });
  await live(await createTestAccount(store, "pruned"), 10);
  await store.prune({ changes: sources.clock(), answers: 0, audit: sources.clock() });
  await live(await createTestAccount(store, "a"), many);
}

async function live({ insert, write }: TestAccount, many: number): Promise<void> {
  for (const id of ["purged", "again"])
    await write(async (tx) => tx.users.purge(await tx.users.insert(newUser(tx, { id }))));
  const ada = await insert({ id: "ada", name: "Ada", email: "Ada@Example.com", metadata: { b: 1, a: "é" } });
  const alan = await insert({ id: "alan", externalId: "x-1" });
  await insert({ id: "again" });
  await write(async (tx) => {
    for (let n = 0; n < many; n += 1) await tx.users.insert(newUser(tx, { id: `many-${n}`, name: `Many ${n}` }));
    const changed = await tx.users.update(ada, { ...ada, about: "first" });
    await tx.users.update(changed, { ...changed, about: "second", emailVerifyTime: tx.now() });
    await tx.users.update(alan, { ...alan, deleteTime: tx.now() });
  });
  await write(async (tx) => {
    const deleted = await tx.users.find("alan");
    if (deleted !== undefined) await tx.users.update(deleted, { ...deleted, deleteTime: null });
    const key = {
      displayName: "Billing",
      userId: "ada",
      role: "READER",
      certificateNames: [`billing-${tx.account.id}`],
    } as const;
    await insertApiKey(tx, { ...key, expireTime: null, requireNonce: false, rateLimit: null }, mintSecret(tx.newId("K")));
    await createSession(tx, { userId: "ada", externalId: "s-1" });
  });
}
