import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLog } from "../../src/log.ts";
import { openTrustedIssuers } from "../../src/tokens/trusted-issuers.ts";
import { servicesOf } from "../rpc/services.ts";
import { addUser } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM, openBrowser, servePage } from "../support/browser.ts";
import { testFolder } from "../support/folder.ts";
import { AUDIENCE } from "../support/issuer.ts";
import { CLIENT_ID, SUBJECT, startProvider } from "../support/provider.ts";
import { startTestServer } from "../support/server.ts";

// A gate must not pass over it in silence.
test.skipIf(!HAS_CHROMIUM && !process.env["CI"])(
  "a page signs its user in at an OpenID provider, and calls with the token",
  LONG,
  async () => {
    const page = await servePage(join(import.meta.dirname, "page.js"));
    const provider = await startProvider(`${page}/`);
    const file = join(testFolder(), "issuers.json");
    const issuer = {
      issuer: provider.url,
      audiences: [AUDIENCE],
      account: "default",
      user: { external_id: "sub" },
    };
    writeFileSync(file, JSON.stringify({ issuers: [issuer] }));
    const tokens = openTrustedIssuers(file, createLog("silent"));
    onTestFinished(tokens.close);
    const server = await startTestServer({ tokens, corsOrigins: [page] });
    onTestFinished(server.stop);
    await addUser(servicesOf(server.url, server.secret).users(), { externalId: SUBJECT });

    const tab = await (await openBrowser()).newPage();
    const settings = new URLSearchParams({ issuer: provider.url, clientId: CLIENT_ID, roster: server.url });
    await tab.goto(`${page}/#${settings}`);
    await tab.waitForFunction("document.body.textContent.includes('grpcWeb')", undefined, { timeout: 20_000 });
    const answer = { externalId: SUBJECT, subject: SUBJECT, refusal: expect.stringContaining("SELF") };
    expect(JSON.parse((await tab.textContent("body")) ?? "")).toEqual({ connect: answer, grpcWeb: answer });
  },
);
