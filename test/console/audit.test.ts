import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { addUser, type TestAccount, useRoster } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM } from "../support/browser.ts";
import { createKey } from "../support/clients.ts";
import { consoleFolder } from "../support/console.ts";
import { inspect, useConsole } from "../support/console-page.ts";

// A gate must not pass over it in silence.
describe.skipIf(!HAS_CHROMIUM && !process.env["CI"])("the audit log and the server in the console", () => {
  const roster = useRoster({ consoleFolder: consoleFolder() });
  const browser = useConsole(() => roster.server.url);
  let account: TestAccount;
  beforeAll(async () => {
    account = await roster.account();
  }, LONG.timeout);

  const grid = (page: Page) => page.getByRole("grid", { name: "Audit log" });
  const row = (page: Page, name: string | RegExp) => grid(page).getByRole("row", { name });

  test("is filtered, read in both directions, and live; it leads to users and keys", LONG, async () => {
    const users = account.users();
    const ada = await addUser(users, { id: "ada", displayName: "Ada" });
    await users.updateUser({ user: { id: "ada", project: "apollo" } });
    const reader = await createKey(roster.server.url, account.secret, 1, ada.id);
    await expect(roster.as(reader).users().deleteUser({ id: "ada" })).rejects.toThrow();
    const page = await browser.signIn(account.secret, "#/audit");
    await page.getByText("Live", { exact: true }).waitFor();
    await row(page, /Refused/).waitFor();
    await inspect(page, "audit");

    // It comes by itself while nobody is at the list, and waits while somebody is.
    await page.mouse.move(0, 0);
    await users.updateUser({ user: { id: "ada", project: "gemini", name: "ada" } });
    await row(page, /name, project|project, name/).waitFor();
    await row(page, /Refused/).hover();
    await addUser(users, { id: "kay", displayName: "Kay" });
    await page.getByRole("button", { name: "1 new entry, show" }).waitFor();
    expect(await row(page, "kay").count()).toBe(0);
    await inspect(page, "audit-arrival");
    await page.getByRole("button", { name: "1 new entry, show" }).click();
    await row(page, "kay").waitFor();

    await page.getByRole("button", { name: "Time" }).click();
    await expect.poll(() => grid(page).getByRole("row").nth(1).textContent()).toMatch(/Created.*Account/);
    const filter = page.getByRole("combobox", { name: "Filter" });
    await filter.fill('outcome == "REFUSED"');
    await page.keyboard.press("Enter");
    await expect.poll(() => grid(page).getByRole("row").count()).toBe(2);

    await row(page, /Refused/)
      .getByRole("gridcell", { name: "Refused" })
      .click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("UserService/DeleteUser").waitFor();
    await inspect(page, "audit-entry");
    await dialog.getByRole("link", { name: /^K/ }).click();
    await page.getByRole("heading", { level: 1, name: "Test key" }).waitFor();
    await page.goBack();
    await row(page, /Refused/)
      .getByRole("link", { name: "ada" })
      .first()
      .click();
    await page.getByRole("heading", { level: 1, name: "Ada" }).waitFor();

    await page.goBack();
    await filter.fill("outcome = 1");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("Character 9:").waitFor();
    await filter.fill('user_id == "nobody"');
    await page.keyboard.press("Enter");
    await page.getByText("No entry fits").waitFor();
    await inspect(page, "audit-empty");
  });

  test("the server tells how it is, what it is and where its limits are", LONG, async () => {
    const page = await browser.signIn(roster.server.secret, "#/server");
    await page.getByText("Ready", { exact: true }).waitFor();
    await page.getByText("90 days").waitFor();
    await page.getByText("16 MiB").waitFor();
    await page.getByText("ImportUsers", { exact: true }).waitFor();
    await inspect(page, "server-limits");
  });
});
