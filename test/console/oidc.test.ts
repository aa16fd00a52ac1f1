import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createLog } from "../../src/log.ts";
import { openTrustedIssuers } from "../../src/tokens/trusted-issuers.ts";
import { servicesOf } from "../rpc/services.ts";
import { addUser } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM } from "../support/browser.ts";
import { consoleFolder } from "../support/console.ts";
import { inspect, useConsole } from "../support/console-page.ts";
import { testFolder } from "../support/folder.ts";
import { AUDIENCE } from "../support/issuer.ts";
import { CLIENT_ID, SUBJECT, startProvider } from "../support/provider.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

// A gate must not pass over it in silence.
describe.skipIf(!HAS_CHROMIUM && !process.env["CI"])("signing in to the console at an identity provider", () => {
  let server: TestServer | undefined;
  const browser = useConsole(() => server?.url ?? expect.fail("no server runs"));

  test("leads back to where one wanted to be, with a token that is in the page only", LONG, async () => {
    const port = 24_816;
    const provider = await startProvider(`http://127.0.0.1:${port}/`);
    const file = join(testFolder(), "issuers.json");
    const issuer = {
      issuer: provider.url,
      audiences: [AUDIENCE],
      account: "default",
      user: { external_id: "sub" },
      role: "READER",
      console: { client_id: CLIENT_ID, name: "Example Login" },
    };
    writeFileSync(file, JSON.stringify({ issuers: [issuer] }));
    const tokens = openTrustedIssuers(file, createLog("silent"));
    onTestFinished(tokens.close);
    const http = { host: "127.0.0.1", port };
    server = await startTestServer({ http, tokens, consoleSignIns: tokens.signIns, consoleFolder: consoleFolder() });
    onTestFinished(() => server?.stop());
    await addUser(servicesOf(server.url, server.secret).users(), { externalId: SUBJECT, displayName: "Ada Lindqvist" });
    const policy = (await fetch(`${server.url}/`)).headers.get("content-security-policy");
    expect(policy).toContain(`connect-src 'self' ${provider.url};`);

    const page = await browser.open("#/users?q=lindqvist");
    await page.getByRole("button", { name: "Sign in with Example Login" }).waitFor();
    await inspect(page, "sign-in-providers");
    await page.getByRole("button", { name: "Sign in with Example Login" }).click();
    await page.getByRole("row", { name: "Ada Lindqvist" }).waitFor();
    expect(page.url()).toBe(`${server.url}/#/users?q=lindqvist`);
    expect(await page.getByRole("button", { name: "Create user" }).count()).toBe(0);
    expect(await page.evaluate("JSON.stringify({...sessionStorage})")).toBe("{}");

    // An answer that nobody has asked for signs nobody in.
    await page.goto(`${server.url}/?code=x&state=y`);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  });
});
