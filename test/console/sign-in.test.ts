import { describe, expect, test } from "vitest";
import { useRoster } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM } from "../support/browser.ts";
import { consoleFolder } from "../support/console.ts";
import { inspect, useConsole } from "../support/console-page.ts";

// A gate must not pass over it in silence.
describe.skipIf(!HAS_CHROMIUM && !process.env["CI"])("signing in to the console", () => {
  const roster = useRoster({ consoleFolder: consoleFolder() });
  const browser = useConsole(() => roster.server.url);

  test("takes a key that works, which is forgotten with the page", LONG, async () => {
    const page = await browser.open("#/server");
    await page.getByLabel("API key").fill("roster_wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await inspect(page, "sign-in");
    await page.getByLabel("API key").fill(roster.server.secret);
    await page.keyboard.press("Enter");
    // The address that was asked for.
    await page.getByRole("heading", { name: "Server" }).waitFor();
    const kept = await page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])");
    expect(kept).not.toContain("roster_K");
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("keeps the key for the tab if asked, until one signs out", LONG, async () => {
    const page = await browser.open();
    await page.getByLabel("API key").fill(roster.server.secret);
    await page.getByLabel(/Keep it for this tab/).check();
    await page.keyboard.press("Enter");
    await page.getByRole("navigation", { name: "Console" }).waitFor();
    await page.reload();
    await page
      .getByRole("button", { name: /super|admin|first/i })
      .first()
      .click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });

  test("ends when the key does", LONG, async () => {
    const account = await roster.account();
    const { apiKey, secret } = await account.keys().createApiKey({ apiKey: { displayName: "Short", role: 3 } });
    const page = await browser.signIn(secret);
    await page.getByRole("heading", { name: "Users 1" }).waitFor();
    await account.keys().revokeApiKey({ id: apiKey?.id ?? "" });
    // By itself: the watch of the list is over.
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await inspect(page, "sign-in-ended");
  });

  test("says when the network has gone, and goes on when it is back", LONG, async () => {
    const account = await roster.account();
    const page = await browser.signIn(account.secret);
    await page.getByRole("heading", { name: "Users 1" }).waitFor();
    await page.context().setOffline(true);
    await page.getByText("You are offline").waitFor();
    await inspect(page, "offline");
    await page.context().setOffline(false);
    await page.getByText("You are offline").waitFor({ state: "detached" });
  });
});
