import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { servicesOf } from "../rpc/services.ts";
import { addUser, type Users } from "../rpc/setup.ts";
import { fill } from "../server/fill.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM, launchBrowser, type Site, serveScript } from "../support/browser.ts";
import { collectLog } from "../support/log.ts";
import { startNetwork } from "../support/network.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

/** As many as you like. They weigh more than all buffers between the server and the page hold, so that an export waits for its reader. */
const USERS = Number(process.env["ROSTER_TEST_USERS"] ?? 2_000);
const BYTES = 24_000_000;

interface Calls {
  open(protocol: string, baseUrl: string, apiKey: string): void;
  get(id: string): Promise<string>;
  refusal(user: object): Promise<object>;
  beginExport(): Promise<string>;
  finishExport(): Promise<object>;
  watch(): void;
  cancel(): void;
  follow(): void;
  watched(): string[];
}

declare const calls: Calls;

const { log, lines } = collectLog("debug");
let browser: Browser;
let pages: readonly Site[];
let server: TestServer;
let users: Users;

// A gate must not pass over it in silence.
describe.skipIf(!HAS_CHROMIUM && !process.env["CI"])("a page of another origin", LONG, () => {
  beforeAll(async () => {
    browser = await launchBrowser();
    const script = join(import.meta.dirname, "calls.js");
    pages = [await serveScript(script), await serveScript(script)];
    server = await startTestServer({ log, corsOrigins: [pages[0]?.url ?? ""] });
    users = servicesOf(server.url, server.secret).users();
    await fill(users, USERS, Math.floor(BYTES / USERS));
  }, LONG.timeout);
  afterAll(async () => {
    await browser?.close();
    for (const page of pages ?? []) page.close();
    await server?.stop();
  });

  async function open(protocol: string, page = pages[0], url = server.url): Promise<Page> {
    const tab = await browser.newPage();
    await tab.goto(page?.url ?? "");
    await tab.waitForFunction("window.calls !== undefined");
    await tab.evaluate(([name, to, secret]) => calls.open(name, to, secret), [protocol, url, server.secret] as const);
    return tab;
  }

  const watched = (tab: Page) => tab.evaluate(() => calls.watched());

  describe.each(["connect", "grpcWeb"])("%s", (protocol) => {
    test("reads what was written last, and gets errors with their details", async () => {
      const tab = await open(protocol);
      const { id } = await addUser(users, { displayName: "Ada" });
      const answered = tab.waitForResponse((response) => response.url().includes("GetUser"));
      expect(await tab.evaluate((user) => calls.get(user), id)).toBe("Ada");
      const response = await answered;
      expect(response.request().method()).toBe(protocol === "connect" ? "GET" : "POST");
      if (protocol === "connect") expect(await response.headerValue("cache-control")).toBe("no-store");
      await users.updateUser({ user: { id, displayName: "Ada King" } });
      expect(await tab.evaluate((user) => calls.get(user), id)).toBe("Ada King");
      expect(await tab.evaluate(() => calls.refusal({ email: "nobody" }))).toEqual({
        code: "InvalidArgument",
        reason: "FIELD_INVALID",
        fields: ["user.email"],
      });
      await tab.close();
    });

    test("shows an export as it arrives", LONG, async () => {
      const tab = await open(protocol);
      const { totalSize } = await users.listUsers({ countOnly: true });
      const before = ended("ListUsersChunked");
      const first = Number(await tab.evaluate(() => calls.beginExport()));
      expect(first).toBeGreaterThan(0);
      expect(first).toBeLessThan(USERS);
      expect(ended("ListUsersChunked")).toBe(before);
      const all = String(totalSize);
      expect(await tab.evaluate(() => calls.finishExport())).toEqual({ shown: all, told: all });
      await expect.poll(() => ended("ListUsersChunked")).toBe(before + 1);
      await tab.close();
    });

    test("watches, and the stream ends on the server once the page cancels", async () => {
      const tab = await open(protocol);
      await tab.evaluate(() => calls.watch());
      await expect.poll(() => watched(tab)).toEqual(["-"]);
      const { id } = await addUser(users);
      await expect.poll(() => watched(tab)).toEqual(["-", id]);
      const before = ended("WatchUsers");
      await tab.evaluate(() => calls.cancel());
      await expect.poll(() => watched(tab)).toEqual(["-", id, "Canceled"]);
      await expect.poll(() => ended("WatchUsers")).toBe(before + 1);
      await tab.close();
    });
  });

  test("goes on with a watch after the machine has slept, and misses nothing", LONG, async () => {
    const network = await startNetwork(server.url);
    const tab = await open("connect", pages[0], network.url);
    await tab.evaluate(() => calls.follow());
    await expect.poll(() => watched(tab)).toEqual(["-"]);
    const before = ended("WatchUsers");
    await tab.context().setOffline(true);
    network.cut();
    await expect.poll(() => ended("WatchUsers")).toBe(before + 1);
    const { id } = await addUser(users);
    const { id: next } = await addUser(users);
    await tab.context().setOffline(false);
    await expect.poll(async () => (await watched(tab)).filter((entry) => entry !== "-")).toEqual([id, next]);
    await tab.close();
    network.close();
  });

  test("gets nothing if its origin is not configured", async () => {
    const tab = await open("connect", pages[1]);
    const { id } = await addUser(users, { displayName: "Ada" });
    await expect(tab.evaluate((user) => calls.get(user), id)).rejects.toThrow("Failed to fetch");
    await tab.close();
  });
});

/** How many calls of the method have ended on the server, in whatever way. */
function ended(method: string): number {
  return lines().filter((line) => line["method"] === `roster.v1.UserService/${method}`).length;
}
