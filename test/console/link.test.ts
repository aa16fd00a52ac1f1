import { setTimeout } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { createIdSource } from "../../src/directory/values/id.ts";
import { SignInCode } from "../../src/server/console/sign-in-code.ts";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM } from "../support/browser.ts";
import { consoleFolder } from "../support/console.ts";
import { useConsole } from "../support/console-page.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

const secret = mintSecret(createIdSource()("K"));

async function start(signInCode: SignInCode): Promise<TestServer> {
  const server = await startTestServer({ consoleFolder: consoleFolder(), signInCode });
  onTestFinished(server.stop);
  return server;
}

function exchange(url: string, code: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/console/sign-in`, { method: "POST", headers: { authorization: `Code ${code}`, ...headers } });
}

test("a code is good once, and guesses neither get nor use it", LONG, async () => {
  const code = new SignInCode(secret);
  const { url } = await start(code);
  for (const guess of ["", "x", code.code.toLowerCase(), `${code.code}x`, secret]) {
    expect((await exchange(url, guess)).status).toBe(403);
  }
  const answer = await exchange(url, code.code);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(await answer.json()).toEqual({ secret });
  const again = await exchange(url, code.code);
  expect({ status: again.status, body: await again.json() }).toEqual({ status: 403, body: {} });
});

test("of many who have the code at once, one gets in", LONG, async () => {
  const code = new SignInCode(secret);
  const { url } = await start(code);
  const answers = await Promise.all(Array.from({ length: 20 }, () => exchange(url, code.code)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
});

test("a code ends by itself", async () => {
  const code = new SignInCode(secret, 20);
  await setTimeout(60);
  expect(code.redeem(code.code)).toBeUndefined();
});

test("a page elsewhere may not ask, and the code is taken from no URL", LONG, async () => {
  const code = new SignInCode(secret);
  const { url } = await start(code);
  const preflight = await fetch(`${url}/console/sign-in`, {
    method: "OPTIONS",
    headers: {
      origin: "https://evil.example.com",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });
  expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  expect((await fetch(`${url}/console/sign-in?code=${code.code}`, { method: "POST" })).status).toBe(404);
  expect((await fetch(`${url}/console/sign-in`)).status).toBe(404);
  expect(code.redeem(code.code)).toBe(secret);
});

// A gate must not pass over it in silence.
describe.skipIf(!HAS_CHROMIUM && !process.env["CI"])("the link that a server prints", () => {
  let server: TestServer | undefined;
  const browser = useConsole(() => server?.url ?? expect.fail("no server runs"));

  test("opens the console signed in, once, and leaves no code in the address", LONG, async () => {
    const codes: SignInCode[] = [];
    // The code is for a secret that the server makes at its start.
    const later = { redeem: (code: string) => codes[0]?.redeem(code) };
    server = await startTestServer({ consoleFolder: consoleFolder(), signInCode: later });
    onTestFinished(() => server?.stop());
    const code = new SignInCode(server.secret);
    codes.push(code);
    const page = await browser.open(`#/?code=${code.code}`);
    await page.getByRole("heading", { name: "Users 1" }).waitFor();
    expect(page.url()).toBe(`${server.url}/#/users`);
    await page.goBack();
    expect(page.url()).not.toContain(code.code);
    const second = await browser.open(`#/?code=${code.code}`);
    await second.getByText("This link was used already").waitFor();
  });
});
