import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium } from "playwright-core";
import { build } from "rolldown";
import { onTestFinished } from "vitest";

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** Whether there is a browser to test with; Debian's, unless CHROMIUM says otherwise. */
export const HAS_CHROMIUM = existsSync(CHROMIUM);

/** Ends with the test. */
export async function openBrowser(): Promise<Browser> {
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  return browser;
}

/** Closed by whoever has launched it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Serves a page that is this script and nothing else, from an origin of its own. */
export async function servePage(script: string): Promise<string> {
  const { output } = await build({ input: script, platform: "browser", logLevel: "warn", write: false });
  const server = createServer(({ url }, response) => {
    if (url === "/page.js") {
      response.setHeader("content-type", "text/javascript").end(output[0].code);
    } else {
      response
        .setHeader("content-type", "text/html")
        .end('<!doctype html><body><script type="module" src="/page.js"></script>');
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
