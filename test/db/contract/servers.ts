import { once } from "node:events";
import { expect, test } from "vitest";
import { openTestAccount, testAccount } from "../../support/account.ts";
import { linesOf, runOtherServers, startOtherServer } from "../other-servers.ts";

/** Other servers are other processes here. */
export function servers(): void {
  test("writes of several servers run one work at a time per account", async () => {
    const { url, read, insert } = await openTestAccount();
    await insert({ id: "counter", about: "0" });
    await runOtherServers(3, url, "count", "50");
    const counter = await read(({ users }) => users.find("counter"));
    expect(counter).toMatchObject({ about: "150", version: 151, revision: 151 });
  });

  test("a write does not return before the change would survive a crash", async () => {
    const { url, store, id } = await openTestAccount();
    const server = startOtherServer(url, "fill");
    const exit = once(server, "exit");
    const written: string[] = [];
    for await (const line of linesOf(server)) {
      if (written.push(line) === 40) server.kill("SIGKILL");
    }
    expect(await exit).toEqual([null, "SIGKILL"]);
    const found = await testAccount(store, id).read(({ users }) => users.findLive("id", written));
    expect(found.map((user) => user.id).sort()).toEqual(written.sort());
  });
}
