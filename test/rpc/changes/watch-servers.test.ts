import { afterAll, beforeAll, expect, test } from "vitest";
import { DEFAULT_ACCOUNT } from "../../../src/directory/accounts/account.ts";
import { newUser } from "../../support/account.ts";
import { createRandom } from "../../support/random.ts";
import { startPeer, startTestServer, type TestServer } from "../../support/server.ts";
import { servicesOf } from "../services.ts";
import { addUser } from "../setup.ts";
import { brief, watchFromNow } from "./watcher.ts";

/** Two servers on one database. */
let one: TestServer;
let two: TestServer;
beforeAll(async () => {
  one = await startTestServer();
  two = await startPeer(one);
});
afterAll(async () => {
  await two.stop();
  await one.stop();
});

const usersOf = ({ url, secret }: TestServer) => servicesOf(url, secret).users();

test("what one server commits, watchers of the other get within about a second", async () => {
  const watcher = await watchFromNow(usersOf(two));
  const start = performance.now();
  await addUser(usersOf(one), { id: "ada" });
  expect((await watcher.changes(1)).flat().map(brief)).toEqual(["CREATED ada 1"]);
  expect(performance.now() - start).toBeLessThan(5_000);
});

test("of two transactions that run at once on two servers, neither is skipped, and all see one order", async () => {
  const watchers = [await watchFromNow(usersOf(one)), await watchFromNow(usersOf(two))];
  const origin = { accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null };
  const release = Promise.withResolvers<void>();
  const holding = Promise.withResolvers<void>();
  const first = one.store.write(origin, async (tx) => {
    await tx.users.insert(newUser(tx, { id: "early-a" }));
    holding.resolve();
    await release.promise;
    await tx.users.insert(newUser(tx, { id: "early-b" }));
  });
  await holding.promise;
  const second = two.store.write(origin, (tx) => tx.users.insert(newUser(tx, { id: "late" })));
  release.resolve();
  await Promise.all([first, second]);
  for (const watcher of watchers) {
    expect((await watcher.changes(3)).flat().map(({ userId }) => userId)).toEqual(["early-a", "early-b", "late"]);
  }
});

test("under writers on two servers every watcher gets every change once, in the order of the revisions", async () => {
  const watchers = [await watchFromNow(usersOf(one)), await watchFromNow(usersOf(two))];
  const rounds = 40;
  const writers = [one, two, one, two].map(async (server, writer) => {
    const users = usersOf(server);
    const random = createRandom(writer);
    for (let round = 0; round < rounds; round += 1) {
      const count = 1 + random(5);
      await users.importUsers({
        users: Array.from({ length: count }, (_, index) => ({ id: `w${writer}-${round}-${index}` })),
      });
    }
  });
  const last = { id: "the-last" };
  const delivered = watchers.map((watcher) => watcher.until(`CREATED ${last.id} 1`));
  await Promise.all(writers);
  await addUser(usersOf(one), last);
  const [a, b] = await Promise.all(delivered);
  expect(a?.map(({ revision }) => revision)).toEqual(a?.map(({ revision }) => revision).toSorted((x, y) => Number(x - y)));
  expect(new Set(a?.map(({ revision }) => revision)).size).toBe(4 * rounds + 1);
  expect(new Set(a?.map(({ userId }) => userId)).size).toBe(a?.length);
  expect(b).toEqual(a);
});
