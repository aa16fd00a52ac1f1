import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { addUser, present, type TestAccount, useRoster } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM } from "../support/browser.ts";
import { consoleFolder } from "../support/console.ts";
import { inspect, useConsole } from "../support/console-page.ts";
import { furnish } from "./setup.ts";

const COUNT = 1_500;
const METADATA = { plan: "free" };

// A gate must not pass over it in silence.
describe.skipIf(!HAS_CHROMIUM && !process.env["CI"])("the list of users", () => {
  const roster = useRoster({ consoleFolder: consoleFolder() });
  const browser = useConsole(() => roster.server.url);
  let account: TestAccount;
  beforeAll(async () => {
    account = await roster.account();
    await furnish(account, COUNT);
  }, LONG.timeout);

  const grid = (page: Page) => page.getByRole("grid", { name: "Users" });
  const row = (page: Page, name: string) => grid(page).getByRole("row", { name });
  const live = (page: Page) => page.getByText("Live", { exact: true }).waitFor();

  test("is searched as one types, filtered with completion, and ordered; its address can be kept", LONG, async () => {
    const page = await browser.signIn(account.secret);
    await page.getByRole("heading", { name: "Users 1,501" }).waitFor();
    await live(page);
    await inspect(page, "users");
    // What is out of sight is not in the page.
    expect(await grid(page).getByRole("row").count()).toBeLessThan(60);

    await page.getByLabel("Search users").fill("nguyen ad");
    await page.getByRole("heading", { name: "Users 9" }).waitFor();
    await row(page, "Ada Nguyễn").first().waitFor();

    const filter = page.getByRole("combobox", { name: "Filter" });
    await filter.fill("stat");
    await page.getByRole("option", { name: "status" }).waitFor();
    await inspect(page, "users-completion");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.keyboard.type(" == ");
    await page.getByRole("option", { name: '"ACTIVE"' }).click();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: /Users [1-9]$/ }).waitFor();
    await expect.poll(() => page.url()).toMatch(/#\/users\?q=nguyen\+ad&filter=status\+%3D%3D\+%22ACTIVE%22$/);

    await filter.fill("metadata.plan = 1");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("Character 15:").waitFor();
    await inspect(page, "users-filter-problem");
    await page.getByLabel("Clear the filter").click();
    await page.getByLabel("Clear the search").click();

    await page.getByRole("button", { name: "E-mail" }).click();
    await expect.poll(() => grid(page).getByRole("row").nth(2).textContent()).toContain("ada.0@example.com");
    await page.getByRole("button", { name: "Columns" }).click();
    await page.getByRole("menuitemcheckbox", { name: "Metadata" }).click();
    await row(page, '"plan":"free"').first().waitFor();
    await page.keyboard.press("Escape");
  });

  test("shows what changes where it stands, and moves nobody under the pointer", LONG, async () => {
    const users = account.users();
    const [changed, gone] = [
      await addUser(users, { displayName: "Zoë Changing", metadata: METADATA }),
      await addUser(users, { displayName: "Zoë Going", metadata: METADATA }),
    ];
    const page = await browser.signIn(account.secret, "#/users?q=zoë");
    await live(page);
    await row(page, "Zoë Changing").hover();
    await users.updateUser({ user: { id: changed.id, displayName: "Zoë Changed", email: "zoe@example.com" } });
    await expect.poll(() => row(page, "Zoë Changed").getAttribute("class")).toContain("row-changed");
    await users.deleteUser({ id: gone.id });
    await expect.poll(() => row(page, "Zoë Going").getAttribute("class")).toContain("row-gone");

    await addUser(users, { displayName: "Zoë New", metadata: METADATA });
    await addUser(users, { displayName: "Somebody else", metadata: METADATA });
    await page.getByRole("button", { name: "1 new user, show" }).waitFor();
    await inspect(page, "users-live");
    expect(await grid(page).getByRole("row").allInnerTexts()).toHaveLength(3);
    await page.getByRole("button", { name: "1 new user, show" }).click();
    await row(page, "Zoë New").waitFor();
    expect(await row(page, "Zoë Going").count()).toBe(0);
    // Nobody is at the list any more: what is new shows by itself.
    await page.mouse.move(0, 0);
    await page.getByLabel("Search users").focus();
    await addUser(users, { displayName: "Zoë Newer", metadata: METADATA });
    await row(page, "Zoë Newer").waitFor();
  });

  test("is walked through by keyboard, and found again where it was left", LONG, async () => {
    const page = await browser.signIn(account.secret, "#/users?sort=email");
    await row(page, "ada.0@example.com").waitFor();
    await grid(page).focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowUp");
    await expect.poll(() => grid(page).evaluate((element) => element.scrollTop)).toBeGreaterThan(1_000);
    const active = (await grid(page).getAttribute("aria-activedescendant")) ?? "";
    const name = await page.locator(`[id="${active}"]`).textContent();
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Profile" }).waitFor();
    expect(name).toContain(await page.getByRole("heading", { level: 1 }).textContent());
    await page.getByRole("link", { name: "← Users" }).click();
    await expect.poll(() => grid(page).evaluate((element) => element.scrollTop)).toBeGreaterThan(1_000);
  });

  test("goes anywhere by a few letters", LONG, async () => {
    const page = await browser.signIn(account.secret);
    await row(page, "example.com").first().waitFor();
    await page.keyboard.press("/");
    await expect.poll(() => page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Search users");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("crm-1007");
    await page.getByRole("option", { name: "Karen" }).waitFor();
    await inspect(page, "palette");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Profile" }).waitFor();
    await page.keyboard.press("Control+k");
    await page.keyboard.type("create user");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Create user" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("colours dark");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
  });

  test("does to those who are selected what is asked, and tells how it went", LONG, async () => {
    const users = account.users();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1)
      ids.push((await addUser(users, { displayName: `Batch ${index}`, metadata: METADATA })).id);
    const page = await browser.signIn(account.secret, "#/users?q=batch");
    await page.getByLabel("Select all rows that are loaded").check();
    await page.getByText("5 selected").waitFor();
    await inspect(page, "users-selected");
    await users.purgeUser({ id: ids[0] ?? "" });
    const bar = page.getByRole("region", { name: "Selection" });
    await bar.getByRole("button", { name: "Suspend" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await page.getByRole("heading", { name: "Suspended: 4 of 5" }).waitFor();
    await page
      .getByRole("list", { name: "Users that it was not done to" })
      .getByText(ids[0] ?? "")
      .waitFor();
    await inspect(page, "batch-done");
    await page.getByRole("button", { name: "Done" }).click();
    await expect.poll(() => grid(page).getByText("Suspended").count()).toBe(4);

    await row(page, "Batch 1").getByRole("checkbox").check();
    await bar.getByRole("button", { name: "Erase for good" }).click();
    const dialog = page.getByRole("dialog");
    await inspect(page, "batch-purge");
    expect(await dialog.getByRole("button", { name: "Erase for good" }).isEnabled()).toBe(false);
    await page.keyboard.type("1");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Erased: 1 of 1" }).waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await expect.poll(() => row(page, "Batch 1").getAttribute("class")).toContain("row-gone");
    const { results } = await users.lookupUsers({ keys: ids.map((value) => ({ key: { case: "id", value } })) });
    expect(results.map(({ result }) => result.case)).toEqual(["notFound", "notFound", "user", "user", "user"]);
  });

  test("creates users, with what is wrong at its field", LONG, async () => {
    const page = await browser.signIn(account.secret);
    await page.getByRole("button", { name: "Create user" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Display name").fill("X");
    await dialog.getByLabel("E-mail", { exact: true }).fill("ada.0@example.com");
    await dialog.getByRole("button", { name: "Create user" }).click();
    await dialog
      .getByText(/2 to 100 characters/)
      .first()
      .waitFor();
    await inspect(page, "create-problem");
    await dialog.getByLabel("Display name").fill("Xenia");
    await dialog.getByLabel("Plan").selectOption("team");
    await dialog.getByRole("button", { name: "Create user" }).click();
    await dialog
      .getByRole("alert")
      .getByText(/e-?mail/i)
      .first()
      .waitFor();
    await dialog.getByLabel("E-mail", { exact: true }).fill("xenia@example.com");
    await dialog.getByRole("button", { name: "Create user" }).click();
    await page.getByRole("heading", { level: 1, name: "Xenia" }).waitFor();
    const { user } = await account.users().getUser({ key: { case: "email", value: "xenia@example.com" } });
    expect(present(user).metadata).toEqual({ plan: "team" });
  });
});
