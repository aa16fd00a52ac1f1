import { expect, onTestFinished, test } from "vitest";
import { createSealer } from "../../../src/directory/values/sealer.ts";
import { createLog } from "../../../src/log.ts";
import { createAuditHub } from "../../../src/rpc/audit/audit-hub.ts";
import { createChangeHub } from "../../../src/rpc/changes/change-hub.ts";
import { createTokens } from "../../../src/rpc/wire/tokens.ts";
import { createTestAccount, openTestAccount } from "../../support/account.ts";

const log = createLog("silent");

test("the lag of watches is that of the one furthest behind, of any account", async () => {
  const account = await openTestAccount();
  const { store, sources } = account;
  const other = await createTestAccount(store, "other");
  const hub = createChangeHub({ store, log, tokens: createTokens(createSealer(Buffer.alloc(32)), sources.clock) });
  onTestFinished(hub.stop);
  expect(hub.lag()).toBe(0);
  const [level, behind, elsewhere, beginning] = ["default", "default", "other", "other"].map((id) => hub.follow(id));
  for (const follower of [level, behind, elsewhere]) follower?.isAt(0);
  for (let count = 0; count < 3; count += 1) await account.insert();
  await other.insert();
  expect(hub.lag()).toBe(3);
  level?.isAt(3);
  expect(hub.lag()).toBe(3);
  behind?.close();
  expect(hub.lag()).toBe(1);
  elsewhere?.isAt(1);
  expect(hub.lag()).toBe(0);
  for (const follower of [level, elsewhere, beginning]) follower?.close();
  await account.insert();
  expect(hub.lag()).toBe(0);
});

test("the lag of watches of audit logs is in entries, known within a second", async () => {
  const account = await openTestAccount();
  const hub = createAuditHub(account.store, log);
  onTestFinished(hub.stop);
  const follower = hub.follow("default");
  follower.isAt(0);
  await account.write(async (tx) =>
    tx.noteRefusal({ resource: null, resourceId: null, userId: null, count: 1, refusal: "no" }),
  );
  await expect.poll(hub.lag).toBeGreaterThan(0);
  follower.isAt(1_000);
  expect(hub.lag()).toBe(0);
  follower.close();
});
