import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { AccountStatus } from "../../gen/roster/v1/account_service_pb.js";
import { present, type TestAccount, useRoster } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM } from "../support/browser.ts";
import { createKey } from "../support/clients.ts";
import { consoleFolder } from "../support/console.ts";
import { inspect, useConsole } from "../support/console-page.ts";
import { furnish } from "./setup.ts";

const PAID_SCHEMA = '{"type": "object", "properties": {"plan": {"enum": ["pro", "team"]}}}';

// A gate must not pass over it in silence.
describe.skipIf(!HAS_CHROMIUM && !process.env["CI"])("accounts and keys", () => {
  const roster = useRoster({ consoleFolder: consoleFolder() });
  const browser = useConsole(() => roster.server.url);
  let account: TestAccount;
  beforeAll(async () => {
    account = await roster.account();
    await furnish(account, 30);
  }, LONG.timeout);

  const grid = (page: Page, name: string) => page.getByRole("grid", { name });
  const stored = async (accountId: string) => present((await roster.accounts().getAccount({ accountId })).account);

  test("super admins find, create, suspend and delete accounts", LONG, async () => {
    const page = await browser.signIn(roster.server.secret, "#/accounts");
    await grid(page, "Accounts").getByRole("row", { name: "Acme Research" }).waitFor();
    await inspect(page, "accounts");
    await page.getByLabel("Search accounts").fill("acme");
    await expect.poll(() => grid(page, "Accounts").getByRole("row").count()).toBe(2);
    const filter = page.getByRole("combobox", { name: "Filter" });
    await filter.fill('status = "SUSPENDED"');
    await page.keyboard.press("Enter");
    // Counted from the beginning of what was typed, although the search is sent with it.
    await page.getByRole("alert").getByText("Character 8:").waitFor();
    await inspect(page, "accounts-filter-problem");
    await filter.fill('status == "SUSPENDED"');
    await page.keyboard.press("Enter");
    await page.getByText("No account fits").waitFor();
    await page.getByRole("button", { name: "Show all accounts" }).click();

    await page.getByRole("button", { name: "Create account" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name (required)").fill("Beta Works");
    await dialog.getByLabel("Slug").fill("Not A Slug");
    await dialog.getByRole("button", { name: "Create account" }).click();
    await dialog.getByRole("alert").first().waitFor();
    await inspect(page, "account-create");
    await dialog.getByLabel("Slug").fill("");
    await dialog.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { level: 1, name: "Beta Works" }).waitFor();
    const id = decodeURIComponent(/accounts\/([^?]+)/.exec(page.url())?.[1] ?? "");

    await page.getByRole("button", { name: "Suspend" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Suspend" }).click();
    await page.getByText("Suspended", { exact: true }).waitFor();
    expect((await stored(id)).status).toBe(AccountStatus.SUSPENDED);
    await page.getByRole("button", { name: "Activate" }).click();
    await page.getByText("Active", { exact: true }).waitFor();

    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete for good…" }).click();
    const remove = page.getByRole("dialog").getByRole("button", { name: "Delete for good" });
    await page.keyboard.type("beta-work");
    expect(await remove.isEnabled()).toBe(false);
    await page.keyboard.type("s");
    await inspect(page, "account-delete");
    await page.keyboard.press("Enter");
    await page.getByText("Beta Works was deleted for good").waitFor();
    await page.getByRole("heading", { name: "Accounts" }).waitFor();
    expect(await grid(page, "Accounts").getByRole("row", { name: "Beta Works" }).count()).toBe(0);
    await page.goto(page.url().replace(/#.*/, `#/accounts/${id}`));
    await page.reload();
    await page.getByLabel("API key").fill(roster.server.secret);
    await page.keyboard.press("Enter");
    await page.getByText("There is no such account").waitFor();
  });

  test("admins edit their own account, and learn who breaks a schema before it is set", LONG, async () => {
    const page = await browser.signIn(account.secret, "#/accounts");
    await page.getByRole("heading", { level: 1, name: "Acme Research" }).waitFor();
    expect(await page.getByRole("button", { name: /Suspend|More actions/ }).count()).toBe(0);
    await page.getByText("31 – look at them").waitFor();
    await inspect(page, "account");

    await page.getByRole("button", { name: "Edit" }).click();
    const dialog = page.getByRole("dialog");
    const schema = dialog.getByLabel("Metadata schema");
    await schema.fill('{"type": ');
    await dialog.getByRole("alert").getByText(/JSON/).first().waitFor();
    await schema.fill('{"typ": "object"}');
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await dialog.getByRole("alert").getByText(/typ/).first().waitFor();
    await schema.fill(PAID_SCHEMA);
    await dialog.getByRole("button", { name: "Count the users who break it" }).click();
    await dialog.getByText("10 users break this schema").waitFor();
    await dialog.getByLabel("What users may change of their own").fill("city\ntheme.colour\n");
    await dialog.getByRole("button", { name: "Save", exact: true }).click();
    await dialog.getByRole("alert").waitFor();
    await inspect(page, "account-edit-broken");
    expect((await stored(account.id)).selfWritable).toEqual([]);
    await dialog.getByRole("button", { name: "Save all the same" }).click();
    await page.getByText("Acme Research was saved").waitFor();
    await page.getByText("city, theme.colour").waitFor();
    expect(await stored(account.id)).toMatchObject({
      selfWritable: ["city", "theme.colour"],
      metadataSchema: JSON.parse(PAID_SCHEMA),
      name: "Acme Research",
    });
  });

  test("keys are created, rotated, changed and revoked; a secret is shown once", LONG, async () => {
    const page = await browser.signIn(account.secret, "#/keys");
    await grid(page, "API keys").getByRole("row", { name: "Owner's key" }).waitFor();
    await inspect(page, "keys");
    await page.getByRole("button", { name: "Create key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Role").selectOption({ label: "WRITER – writes them, too" });
    await dialog.getByRole("button", { name: "30 days" }).click();
    await dialog.getByLabel("Calls a second").fill("50");
    await dialog.getByLabel(/must carry a nonce/).check();
    await dialog.getByRole("button", { name: "Create key" }).click();
    await dialog
      .getByText(/2 to 100 characters/)
      .first()
      .waitFor();
    await inspect(page, "key-create");
    await dialog.getByLabel("Name (required)").fill("Billing");
    await dialog.getByRole("button", { name: "Create key" }).click();
    await page.getByRole("heading", { name: "Billing was created" }).waitFor();
    await inspect(page, "key-secret");
    const secret = await page.getByLabel("Secret", { exact: true }).inputValue();
    const { apiKey } = await roster.as(secret).keys().whoAmI({});
    expect(apiKey).toMatchObject({ role: 2, rateLimit: { perSecond: 50 }, requireNonce: true });
    await page.getByRole("button", { name: "I have kept it" }).click();

    await page.getByLabel("Search keys").fill("bill");
    await expect.poll(() => grid(page, "API keys").getByRole("row").count()).toBe(2);
    await page.getByRole("link", { name: "Billing" }).click();
    await page.getByRole("heading", { level: 1, name: "Billing" }).waitFor();
    await page.getByText("50 calls a second, 50 at once").waitFor();
    await inspect(page, "key");

    await page.getByRole("button", { name: "Rotate" }).click();
    await inspect(page, "key-rotate");
    await page.getByRole("dialog").getByRole("button", { name: "Rotate" }).click();
    await page.getByRole("heading", { name: "Billing has a new secret" }).waitFor();
    const next = await page.getByLabel("Secret", { exact: true }).inputValue();
    for (const each of [secret, next]) expect((await roster.as(each).keys().whoAmI({})).apiKey?.id).toBe(present(apiKey).id);
    await page.getByRole("button", { name: "I have kept it" }).click();

    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByRole("dialog").getByLabel("Name (required)").fill("Billing, nightly");
    await page.getByRole("dialog").getByLabel("Calls a second").fill("");
    await page.getByRole("dialog").getByRole("button", { name: "Never" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
    await page.getByRole("heading", { level: 1, name: "Billing, nightly" }).waitFor();
    const changed = present((await account.keys().getApiKey({ id: present(apiKey).id })).apiKey);
    expect([changed.expireTime, changed.rateLimit, changed.requireNonce]).toEqual([undefined, undefined, true]);

    await page.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("Revoked", { exact: true }).first().waitFor();
    expect(await page.getByRole("button", { name: /Rotate|Revoke|Edit/ }).count()).toBe(0);
    await inspect(page, "key-revoked");
  });

  test("who may not see accounts and keys is not led there", LONG, async () => {
    const page = await browser.signIn(await createKey(roster.server.url, account.secret, 1), "#/keys");
    await page.getByText("There is nothing here").waitFor();
    expect(await page.getByRole("link", { name: /Accounts|API keys/ }).count()).toBe(0);
    const admin = await browser.signIn(account.secret, "#/keys/nobody");
    await admin.getByText("There is no such key").waitFor();
  });
});
