import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";
import { expect, onTestFinished, test } from "vitest";
import { createLog } from "../../src/log.ts";
import { openTrustedIssuers } from "../../src/tokens/trusted-issuers.ts";
import { servicesOf } from "../rpc/services.ts";
import { addUser } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM, openBrowser, serveFolder } from "../support/browser.ts";
import { testFolder } from "../support/folder.ts";
import { AUDIENCE } from "../support/issuer.ts";
import { CLIENT_ID, SUBJECT, startProvider } from "../support/provider.ts";
import { startTestServer } from "../support/server.ts";

const EXAMPLE = join(import.meta.dirname, "../../examples/browser");

// A gate must not pass over it in silence.
test.skipIf(!HAS_CHROMIUM && !process.env["CI"])(
  "the example for browsers signs in, lists users and shows changes as they are made",
  LONG,
  async () => {
    const folder = testFolder();
    const page = await serveFolder(folder);
    onTestFinished(page.close);
    const provider = await startProvider(`${page.url}/`);
    const issuers = join(testFolder(), "issuers.json");
    const user = { external_id: "sub" };
    const issuer = { issuer: provider.url, audiences: [AUDIENCE], account: "default", user, role: "READER" };
    writeFileSync(issuers, JSON.stringify({ issuers: [issuer] }));
    const tokens = openTrustedIssuers(issuers, createLog("silent"));
    onTestFinished(tokens.close);
    const server = await startTestServer({ tokens, corsOrigins: [page.url] });
    onTestFinished(server.stop);
    const users = servicesOf(server.url, server.secret).users();
    const ada = await addUser(users, { externalId: SUBJECT, displayName: "Ada <b>Lovelace</b>" });

    await build({ input: join(EXAMPLE, "main.js"), platform: "browser", output: { dir: folder }, logLevel: "warn" });
    copyFileSync(join(EXAMPLE, "index.html"), join(folder, "index.html"));
    const settings = { issuer: provider.url, clientId: CLIENT_ID, roster: server.url };
    writeFileSync(join(folder, "settings.json"), JSON.stringify(settings));
    const tab = await (await openBrowser()).newPage();
    await tab.goto(`${page.url}/`);
    await tab.getByRole("button", { name: "Sign in" }).click();
    // The first super admin is there too.
    await tab.getByText("2 users").waitFor();
    expect(await tab.locator("li").allTextContents()).toContain("Ada <b>Lovelace</b>");
    expect(tab.url()).toBe(`${page.url}/`);

    await users.updateUser({ user: { id: ada.id, displayName: "Ada King" } });
    await tab.getByText("Ada King").waitFor();
    const grace = await addUser(users, { displayName: "Grace" });
    await tab.getByText("Grace").waitFor();
    await users.deleteUser({ id: grace.id });
    await tab.getByText("Grace").waitFor({ state: "detached" });
    await tab.getByText("2 users").waitFor();
  },
);
