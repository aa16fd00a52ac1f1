import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { openTestAccount, testAccount } from "../../support/account.ts";
import { reopenTestStore } from "../../support/store.ts";
import { linesOf, runOtherServers, startOtherServer } from "../other-servers.ts";

/** Another server is another store on the same database, or another process. */
export function servers(): void {
  test("what one server has written, another reads at once, and a read that has begun there does not", async () => {
    const { url, id, read, write, insert } = await openTestAccount();
    const second = await reopenTestStore(url);
    onTestFinished(() => second.close());
    const other = testAccount(second.store, id);
    const ada = await insert({ email: "ada@example.com" });
    await other.read(async ({ users }) => {
      expect(await users.findLive("email", ["ada@example.com"])).toEqual([ada]);
      await write((tx) => tx.users.purge(ada));
      expect(await users.find(ada.id)).toEqual(ada);
    });
    expect(await other.read(({ users }) => users.find(ada.id))).toBeUndefined();
    expect(await other.insert()).toMatchObject({ revision: 3 });
    expect(await read(async ({ account }) => account.revision)).toBe(3);
  });

  test("writes of several servers run one work at a time per account", async () => {
    const { url, read, insert } = await openTestAccount();
    await insert({ id: "counter", about: "0" });
    await runOtherServers(3, url, "count", "50");
    const counter = await read(({ users }) => users.find("counter"));
    expect(counter).toMatchObject({ about: "150", version: 151, revision: 151 });
  });

  test.each(["fill", "fillTogether"] as const)(
    "a write does not return before the change would survive a crash (%s)",
    async (job) => {
      const { url, store, id } = await openTestAccount();
      const server = startOtherServer(url, job);
      const exit = once(server, "exit");
      const written: string[] = [];
      for await (const line of linesOf(server)) {
        if (written.push(line) === 40) server.kill("SIGKILL");
      }
      expect(await exit).toEqual([null, "SIGKILL"]);
      const found = await testAccount(store, id).read(({ users }) => users.findLive("id", written));
      expect(found.map((user) => user.id).sort()).toEqual(written.sort());
    },
  );
}
