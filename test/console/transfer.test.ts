import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, test } from "vitest";
import { type TestAccount, useRoster } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM } from "../support/browser.ts";
import { createKey } from "../support/clients.ts";
import { consoleFolder } from "../support/console.ts";
import { inspect, useConsole } from "../support/console-page.ts";
import { people } from "./people.ts";

/** Where so many messages of a stream end. */
function endOfMessages(body: Buffer, count: number): number {
  let end = 0;
  for (let index = 0; index < count; index += 1) end += 5 + body.readUInt32BE(end + 1);
  return end;
}

// A gate must not pass over it in silence.
describe.skipIf(!HAS_CHROMIUM && !process.env["CI"])("import and export in the console", () => {
  const roster = useRoster({ consoleFolder: consoleFolder() });
  const browser = useConsole(() => roster.server.url);
  let account: TestAccount;
  beforeAll(async () => {
    account = await roster.account();
  }, LONG.timeout);

  const choose = (page: Page, name: string, text: string | Buffer) =>
    page.getByLabel("File with users").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  const count = async (filter: string) => (await account.users().listUsers({ filter, countOnly: true })).totalSize;
  const saved = async (page: Page, button: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: button, exact: true }).click(),
    ]);
    return readFileSync(await download.path(), "utf8");
  };

  test("CSV: columns are mapped, rows shown and checked; bad ones are saved, mended and imported again", LONG, async () => {
    const page = await browser.signIn(account.secret, "#/import");
    await page.getByText("Drop a file here").waitFor();
    await inspect(page, "import");
    await choose(page, "people.txt", "x");
    await page
      .getByRole("alert")
      .getByText(/does not end with/)
      .waitFor();
    await choose(page, "people.csv", "a,a\n1,2\n");
    await page
      .getByRole("alert")
      .getByText(/two columns have the same name/)
      .waitFor();
    await choose(page, "people.csv", Buffer.from([0x61, 0x0a, 0xff, 0xfe]));
    await page
      .getByRole("alert")
      .getByText(/no text in UTF-8/)
      .waitFor();
    await inspect(page, "import-unreadable");

    const rows = [
      'Full Name;Mail;Status;Seats;"CRM;no"',
      'Ada "the first";ada@example.com;active;3;c1',
      '"Grace ""G"" Moreau";grace@example.com;suspended;4;c2',
      'Two;two@example.com;active;"5\n6";c3',
      "Kay;not an address;active;6;c4",
      "Short;short@example.com",
      "Odd;odd@example.com;asleep;7;c6",
    ];
    await choose(page, "people.csv", rows.join("\r\n"));
    await page.getByText("people.csv: 6 rows").waitFor();
    await page.getByRole("row", { name: /a quote stands in the midst of a cell/ }).waitFor();
    await page.getByRole("row", { name: /it has 2 cells where the header has 5/ }).waitFor();
    await page.getByLabel("What CRM;no becomes").selectOption({ label: "External id" });
    await page.getByLabel("What Seats becomes").selectOption("metadata.Seats");
    await page.getByRole("row", { name: /c2 Suspended {"Seats":4}/ }).waitFor();
    await inspect(page, "import-columns");

    await page.getByRole("button", { name: "Check all rows" }).click();
    await page.getByRole("heading", { name: "people.csv was checked" }).waitFor();
    await page.getByText("Line 6:").waitFor();
    expect(await count("has(external_id)")).toBe(0n);
    await page.getByRole("button", { name: "Import", exact: true }).click();
    await page.getByRole("heading", { name: "people.csv was imported" }).waitFor();
    await inspect(page, "import-done");
    const { results } = await account.users().lookupUsers({
      keys: ["c2", "c3"].map((value) => ({ key: { case: "externalId" as const, value } })),
    });
    expect(results.map(({ result }) => result.case === "user" && result.value.metadata)).toEqual([
      { Seats: 4 },
      { Seats: "5\n6" },
    ]);

    const bad = await saved(page, "Save the bad rows");
    const lines = bad.trim().split("\r\n");
    expect(lines[0]).toBe('Full Name,Mail,Status,Seats,"CRM;no",_line,_error');
    expect(lines.slice(1).map((line) => line.split(",").slice(0, 6).join(","))).toEqual([
      ",,,,,2",
      "Kay,not an address,active,6,c4,6",
      "Short,short@example.com,,,,7",
      "Odd,odd@example.com,asleep,7,c6,8",
    ]);
    // What can't be read is kept as it was.
    expect(lines[1]).toContain('Ada ""the first"";ada@example.com');
    await page.getByRole("button", { name: "Another file" }).click();
    const mended = [lines[0], lines[2]?.replace("not an address", "kay@example.com")].join("\r\n");
    await choose(page, "people.bad.csv", mended);
    await page.getByLabel("What CRM;no becomes").selectOption({ label: "External id" });
    await page.getByRole("button", { name: "Import 1 row" }).click();
    await page.getByRole("link", { name: "Look at the users" }).click();
    await page.getByRole("grid", { name: "Users" }).getByRole("row", { name: "Kay" }).waitFor();
  });

  test("NDJSON: many rows, which can be cancelled, and go on without one imported twice", LONG, async () => {
    const many = people(6_000).map((user, index) => ({
      display_name: user.displayName,
      external_id: `nd-${index}`,
      metadata: user.metadata,
      etag: "ignored",
    }));
    const page = await browser.signIn(account.secret, "#/import");
    await choose(page, "people.ndjson", many.map((user) => JSON.stringify(user)).join("\n"));
    await page.getByText("people.ndjson: 6,000 rows").waitFor();
    // The answers are held back until the import is to be stopped.
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route("**/ImportUsers", async (route) => {
      await held;
      await route.continue();
    });
    await page.getByRole("button", { name: "Import 6,000 rows" }).click();
    await page.getByRole("heading", { name: "Importing people.ndjson…" }).waitFor();
    await inspect(page, "import-running");
    await page.getByRole("button", { name: "Cancel" }).click();
    release();
    await page.getByRole("heading", { name: "people.ndjson was imported in part" }).waitFor();
    await page.getByText("1,500 of 6,000 rows").waitFor();
    expect(await count('external_id.startsWith("nd-")')).toBe(1_500n);
    await inspect(page, "import-stopped");
    // The connection breaks once: the batch is sent again.
    await page.unroute("**/ImportUsers");
    let broken = 0;
    await page.route("**/ImportUsers", async (route) => {
      broken += 1;
      if (broken === 5) await route.abort();
      else await route.continue();
    });
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("heading", { name: "people.ndjson was imported", exact: true }).waitFor();
    // The first three batches were answered as before: they are no bad rows.
    await page.getByText("6,000 of 6,000 rows").waitFor();
    expect(await page.getByRole("list", { name: "Bad rows" }).count()).toBe(0);
    expect(await count('external_id.startsWith("nd-")')).toBe(6_000n);
  });

  test("exports what the list shows, to files that an import takes", LONG, async () => {
    const page = await browser.signIn(account.secret, '#/users?q=zzz&filter=external_id.startsWith("nd-1")');
    // As in browsers that have no file picker.
    await page.evaluate("delete window.showSaveFilePicker");
    await page.getByRole("button", { name: "Export" }).click();
    await page.getByText(/searched for are no part/).waitFor();
    await inspect(page, "export");
    const expected = Number(await count('external_id.startsWith("nd-1")'));
    const dialog = page.getByRole("dialog");
    const [ndjson] = await Promise.all([
      page.waitForEvent("download"),
      dialog.getByRole("button", { name: "Export" }).click(),
    ]);
    const lines = readFileSync(await ndjson.path(), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(ndjson.suggestedFilename()).toMatch(/^users-\d{4}-\d\d-\d\d\.ndjson$/);
    expect(lines).toHaveLength(expected);
    expect(lines[0]).toMatchObject({ external_id: expect.stringMatching(/^nd-1/), metadata: { city: expect.any(String) } });
    await dialog.getByText(/the server's count agrees/).waitFor();
    await inspect(page, "export-done");
    await dialog.getByRole("button", { name: "Done" }).click();

    await page.getByRole("button", { name: "Export" }).click();
    await dialog.getByLabel("Format").selectOption("csv");
    const [csv] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Export" }).click()]);
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Import" }).click();
    await choose(page, "again.csv", readFileSync(await csv.path()));
    await page.getByLabel("Users that exist").selectOption({ label: "Are left as they are" });
    await page.getByRole("button", { name: `Import ${expected.toLocaleString("en")} rows` }).click();
    await page.getByRole("heading", { name: "again.csv was imported", exact: true }).waitFor();
    await page.locator(".counts div", { hasText: "Left as they are" }).getByText(expected.toLocaleString("en")).waitFor();
  });

  test(
    "streams into a file where the browser can, goes on when the stream breaks, and keeps nothing of half an export",
    LONG,
    async () => {
      const page = await browser.signIn(account.secret, "#/users");
      // A real file of the browser's own, in place of the one that a person would choose.
      await page.evaluate(`window.showSaveFilePicker = async ({ suggestedName }) =>
      (await navigator.storage.getDirectory()).getFileHandle("kept", { create: true })`);
      const kept = () =>
        page.evaluate<number>(`navigator.storage.getDirectory().then((folder) => folder.getFileHandle("kept"))
        .then((handle) => handle.getFile()).then((file) => file.text()).then((text) => text.split("\\n").length - 1)`);
      let calls = 0;
      await page.route("**/ListUsersChunked", async (route) => {
        calls += 1;
        if (calls === 1) {
          const response = await route.fetch();
          const body = await response.body();
          await route.fulfill({ response, body: body.subarray(0, endOfMessages(body, 2)) });
        } else if (calls === 2) await route.continue();
        else await new Promise(() => {});
      });
      await page.getByRole("button", { name: "Export" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("button", { name: "Export" }).click();
      await dialog.getByText(/the server's count agrees/).waitFor();
      // It was asked for twice: the second time from where it broke.
      expect(calls).toBe(2);
      const all = Number(await count(""));
      expect(await kept()).toBe(all);
      await dialog.getByRole("button", { name: "Done" }).click();

      await page.getByRole("button", { name: "Export" }).click();
      await dialog.getByLabel("Format").selectOption("csv");
      await dialog.getByRole("button", { name: "Export" }).click();
      await expect.poll(() => calls).toBe(3);
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await dialog.getByRole("progressbar").waitFor({ state: "detached" });
      // The file is as it was before.
      expect(await kept()).toBe(all);
    },
  );

  test("who may only read can export, and not import", LONG, async () => {
    const page = await browser.signIn(await createKey(roster.server.url, account.secret, 1), "#/users");
    await page.getByRole("button", { name: "Export" }).waitFor();
    expect(await page.getByRole("link", { name: "Import" }).count()).toBe(0);
  });
});
