import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
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

/** Serves a page that is this script and nothing else, from an origin of its own. Ends with the test. */
export async function servePage(script: string): Promise<string> {
  const page = await serveScript(script);
  onTestFinished(page.close);
  return page.url;
}

/** As `servePage`. Whoever asks closes it. */
export async function serveScript(script: string): Promise<Site> {
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
  return listen(server);
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Serves the files of a folder, which may come later, from an origin of its own. Whoever asks closes it. */
export async function serveFolder(folder: string): Promise<Site> {
  const server = createServer(({ url = "/" }, response) => {
    const [file = "/"] = url.split("?");
    const path = join(folder, file === "/" ? "index.html" : file);
    if (existsSync(path)) response.setHeader("content-type", TYPES[extname(path)] ?? "").end(readFileSync(path));
    else response.writeHead(404).end();
  });
  return listen(server);
}

export interface Site {
  readonly url: string;
  close(): void;
}

async function listen(server: Server): Promise<Site> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
