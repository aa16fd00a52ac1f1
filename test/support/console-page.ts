import { mkdirSync } from "node:fs";
import { join } from "node:path";
import axe, { type AxeResults } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { LONG } from "./bounds.ts";
import { launchBrowser } from "./browser.ts";

/** Few rows fit: what axe takes grows with what there is to look at. */
const SIZE = { width: 1280, height: 640 };

/** A browser for the tests of a file. After each of them its tabs are closed, and must have had nothing to complain about. */
export function useConsole(url: () => string) {
  let browser: Browser | undefined;
  const mistakes: string[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
  }, LONG.timeout);
  afterAll(() => browser?.close());
  afterEach(async () => {
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
    expect(mistakes.splice(0)).toEqual([]);
  });

  /** A new tab, before the sign-in. */
  async function open(hash = ""): Promise<Page> {
    const context = await (browser ?? expect.fail("there is no browser")).newContext({
      viewport: SIZE,
      colorScheme: "light",
    });
    const page = await context.newPage();
    page.on("console", (message) => {
      // The browser tells of each answer that is an error.
      const told = message.text().startsWith("Failed to load resource");
      if (["error", "warning"].includes(message.type()) && !told) mistakes.push(message.text());
    });
    page.on("pageerror", (error) => mistakes.push(String(error)));
    await page.goto(`${url()}/${hash}`);
    return page;
  }

  async function signIn(secret: string, hash = ""): Promise<Page> {
    const page = await open(hash);
    await page.getByLabel("API key").fill(secret);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("navigation", { name: "Console" }).waitFor();
    return page;
  }
  return { open, signIn };
}

/** Nothing that axe finds, in light and in dark. With SCREENSHOTS set to a folder, what is looked at is kept there. */
export async function inspect(page: Page, name: string): Promise<void> {
  await page.evaluate(TRANSITIONS_ENDED);
  const light = await violations(page, []);
  await keep(page, `${name}-light`);
  await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
  // All but the colours is the same.
  const dark = await violations(page, ["color-contrast"]);
  await keep(page, `${name}-dark`);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "no-preference" });
  expect([...light, ...dark], name).toEqual([]);
}

/** Half-way between two colours, text may be hard to read. */
const TRANSITIONS_ENDED = `Promise.allSettled(
  document.getAnimations().filter((each) => each instanceof CSSTransition).map(({ finished }) => finished),
)`;

async function violations(page: Page, rules: readonly string[]): Promise<string[]> {
  // As the browser's own tools do, which no policy of the page holds back.
  if (!(await page.evaluate("Boolean(globalThis.axe)"))) await page.evaluate(axe.source);
  const options = JSON.stringify({ resultTypes: ["violations"], ...(rules.length > 0 && { runOnly: rules }) });
  const result: AxeResults = await page.evaluate(`axe.run(document, ${options})`);
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

async function keep(page: Page, name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
