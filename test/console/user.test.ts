import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import type { User } from "../../gen/roster/v1/user_pb.js";
import { addSession, addUser, getUser, type TestAccount, useRoster } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM } from "../support/browser.ts";
import { createKey } from "../support/clients.ts";
import { consoleFolder } from "../support/console.ts";
import { inspect, useConsole } from "../support/console-page.ts";
import { furnish } from "./setup.ts";

// A gate must not pass over it in silence.
describe.skipIf(!HAS_CHROMIUM && !process.env["CI"])("the page of a user", () => {
  const roster = useRoster({ consoleFolder: consoleFolder() });
  const browser = useConsole(() => roster.server.url);
  let account: TestAccount;
  beforeAll(async () => {
    account = await roster.account();
    await furnish(account, 0);
  }, LONG.timeout);

  const add = (name: string): Promise<User> =>
    addUser(account.users(), {
      displayName: name,
      email: `${name.split(" ")[0]}@example.com`.toLowerCase(),
      metadata: { plan: "free", seats: 4, tags: ["a", "b"] },
    });
  const open = (user: User, tab = "", secret = account.secret): Promise<Page> =>
    browser.signIn(secret, `#/users/${user.id}${tab}`);

  const part = (page: Page, name: string) =>
    page.getByRole("navigation", { name: "Parts of the user" }).getByRole("link", { name });

  test("has its values, sessions, keys, history and audit trail, each at an address of its own", LONG, async () => {
    const user = await add("Ada Okafor");
    for (const externalId of ["laptop", "phone", "watch"])
      await addSession(account.sessions(), { userId: user.id, externalId });
    await createKey(roster.server.url, account.secret, 1, user.id);
    const page = await open(user);
    await page.getByText("Live", { exact: true }).waitFor();
    await account.users().updateUser({ user: { id: user.id, project: "apollo", metadata: { plan: "pro", seats: 4 } } });
    await page.getByText("apollo").waitFor();
    await inspect(page, "user-profile");

    await part(page, "Sessions").click();
    await page
      .getByRole("row", { name: "phone" })
      .getByRole("button", { name: /End session/ })
      .click();
    await page.getByRole("row", { name: "phone" }).getByText("Ended").waitFor();
    await inspect(page, "user-sessions");
    await page.getByRole("button", { name: "End all sessions" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "End all sessions" }).click();
    await page.getByText("2 sessions were ended").waitFor();
    await expect.poll(() => page.getByRole("grid").getByText("Ended", { exact: true }).count()).toBe(3 + 1);

    await part(page, "API keys").click();
    await page.getByRole("row", { name: "Test key" }).getByText("Works").waitFor();
    await inspect(page, "user-keys");

    await part(page, "History").click();
    const latest = page.getByRole("listitem").first();
    await latest.getByRole("row", { name: "metadata.plan free pro" }).waitFor();
    await latest.getByRole("row", { name: 'metadata.tags ["a","b"]' }).waitFor();
    await inspect(page, "user-history");
    // It goes on while one looks.
    await account.users().suspendUser({ id: user.id });
    await page.getByRole("listitem").first().getByRole("row", { name: "Status ACTIVE SUSPENDED" }).waitFor();

    await part(page, "Audit").click();
    await page.getByRole("row", { name: /User .*project, metadata/ }).waitFor();
    await inspect(page, "user-audit");
    expect(page.url()).toContain(`#/users/${user.id}/audit`);
  });

  test("puts together what two people have changed at once", LONG, async () => {
    const user = await add("Grace Moreau");
    const page = await open(user);
    await page.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Display name").fill("Grace M. Moreau");
    await dialog.getByLabel("Project").fill("apollo");
    await dialog.getByLabel("Seats").fill("9");
    await inspect(page, "user-edit");
    await account.users().updateUser({
      user: {
        id: user.id,
        displayName: "G. Moreau",
        name: "grace",
        metadata: { plan: "pro", seats: 5, tags: ["a", "b"] },
      },
    });
    await dialog.getByText("Somebody has changed this user since you began").waitFor();
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { name: "G. Moreau was changed meanwhile" }).waitFor();
    await inspect(page, "user-conflict");
    await page.getByRole("radio", { name: "G. Moreau" }).check();
    await page.getByRole("button", { name: "Save this" }).click();
    await page.getByText("G. Moreau was saved").waitFor();
    expect(await getUser(account.users(), user.id)).toMatchObject({
      displayName: "G. Moreau",
      name: "grace",
      project: "apollo",
      email: "grace@example.com",
      metadata: { plan: "pro", seats: 9, tags: ["a", "b"] },
    });
  });

  test("edits metadata by the schema of the account, or as JSON, with what is wrong at its place", LONG, async () => {
    const user = await add("Radia Silva");
    const page = await open(user);
    await page.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Plan").selectOption("");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog
      .getByRole("alert")
      .getByText(/required|plan/i)
      .first()
      .waitFor();
    await dialog.getByRole("button", { name: "JSON" }).click();
    await dialog.getByLabel("JSON", { exact: true }).fill('{"plan": "team", ');
    await dialog.getByRole("alert").getByText(/JSON/).first().waitFor();
    await inspect(page, "user-metadata-json");
    await dialog.getByLabel("JSON", { exact: true }).fill('{"plan": "team", "deep": {"er": [1, null]}}');
    await dialog.getByRole("button", { name: "Save" }).click();
    await page.getByText("was saved").waitFor();
    expect((await getUser(account.users(), user.id)).metadata).toEqual({ plan: "team", deep: { er: [1, null] } });
  });

  test("deletes with a way back, and erases for good with a receipt", LONG, async () => {
    const user = await add("Hedy Tanaka");
    const page = await open(user);
    await page.getByRole("button", { name: "Suspend" }).click();
    await page.getByText("Suspended", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Activate" }).click();
    await page.getByText("Active", { exact: true }).waitFor();
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Active", { exact: true }).waitFor();
    // Somebody else, and not at once.
    await account.users().deleteUser({ id: user.id });
    await page.getByText("This user is deleted").waitFor();
    await inspect(page, "user-deleted");
    await page.getByRole("button", { name: "Bring back" }).click();
    await page.getByText("Active", { exact: true }).waitFor();

    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Erase for good…" }).click();
    const erase = page.getByRole("dialog").getByRole("button", { name: "Erase for good" });
    await page.keyboard.type("hedy@example");
    expect(await erase.isEnabled()).toBe(false);
    await page.keyboard.type(".com");
    await inspect(page, "user-purge");
    await erase.click();
    await page.getByRole("heading", { name: "Hedy Tanaka was erased" }).waitFor();
    await page.getByText(/^purged \S{27}$/).waitFor();
    await inspect(page, "user-receipt");
    const [receipt] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save the receipt" }).click(),
    ]);
    expect(receipt.suggestedFilename()).toBe(`purge-${user.id}.json`);
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByText("This user was erased for good").waitFor();
  });

  test("shows those who may only read nothing that they may not do", LONG, async () => {
    const user = await add("Karen Haddad");
    const page = await open(user, "", await createKey(roster.server.url, account.secret, 1));
    await part(page, "Sessions").waitFor();
    expect(await page.getByRole("button", { name: /Edit|Suspend|More actions/ }).count()).toBe(0);
    expect(await page.getByRole("link", { name: /API keys|History|Audit/ }).count()).toBe(0);
    await page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Server" }).click();
    await page.getByText("SQLite").waitFor();
    await inspect(page, "server");
  });

  test("says that there is no such user", LONG, async () => {
    const page = await browser.signIn(account.secret, `#/users/${encodeURIComponent("../nobody?#")}`);
    await page.getByText("There is no such user").waitFor();
    await page.getByText("../nobody?#", { exact: true }).waitFor();
    await inspect(page, "user-missing");
  });
});
