import { readdirSync, readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:http2";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LONG } from "../support/bounds.ts";
import { consoleFolder } from "../support/console.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ consoleFolder: consoleFolder() });
}, LONG.timeout);
afterAll(() => server.stop());

const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers });

/** The paths of scripts, styles and images that the page names. */
async function assetsOf(): Promise<string[]> {
  const page = await (await get("/")).text();
  return [...page.matchAll(/(?:src|href)="\.(\/assets\/[^"]+)"/g)].map(([, path = ""]) => path);
}

test("the page has nothing but what comes from this server, and no script or style of its own", async () => {
  const response = await get("/");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  const policy = response.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
  const page = await response.text();
  expect(page).not.toMatch(/<style|style=|\son\w+=|<script(?![^>]*\ssrc=)/i);
  const assets = await assetsOf();
  expect(assets.map((path) => path.split(".").at(-1)).toSorted()).toEqual(["css", "js", "svg"]);
});

test("assets have a hash in their name and never change; the page is asked for anew", async () => {
  for (const path of await assetsOf()) {
    const response = await get(path);
    expect(path).toMatch(/-[\w-]{8,}\.(js|css|svg)$/);
    expect(response.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  }
  const page = await get("/");
  expect(page.headers.get("cache-control")).toBe("no-cache");
  const again = await get("/", { "if-none-match": page.headers.get("etag") ?? "" });
  expect({ status: again.status, body: await again.text() }).toEqual({ status: 304, body: "" });
});

test("takes at most 250 kB, compressed by gzip", () => {
  const names = readdirSync(consoleFolder(), { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.(html|js|css|svg)$/.test(name),
  );
  const bytes = names.reduce((sum, name) => sum + gzipSync(readFileSync(join(consoleFolder(), name))).length, 0);
  expect(bytes).toBeLessThan(250_000);
});

describe.each(["br", "gzip", "identity", "gzip;q=0, br;q=0"])("to a caller who takes %s", (accepted) => {
  test("sends what it takes", async () => {
    const [script = ""] = (await assetsOf()).filter((path) => path.endsWith(".js"));
    const { encoding, body } = await raw(script, accepted);
    expect(encoding).toBe(accepted === "br" || accepted === "gzip" ? accepted : undefined);
    const plain = readFileSync(join(consoleFolder(), script));
    if (encoding === "gzip") expect(gunzipSync(body).equals(plain)).toBe(true);
    if (encoding === undefined) expect(body.equals(plain)).toBe(true);
  });
});

test("is served by HTTP/2 too, and HEAD has no body", async () => {
  const session = connect(server.url);
  const stream = session.request({ ":path": "/", ":method": "HEAD" });
  const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve));
  stream.resume();
  await new Promise((resolve) => stream.once("close", resolve));
  session.close();
  expect(headers).toMatchObject({ ":status": 200, "content-type": "text/html; charset=utf-8" });
});

test.each(["/assets/../index.html", "/assets/%2e%2e/%2e%2e/package.json", "/assets/nothing.js", "/index.html", "/assets/"])(
  "%s is no file of it",
  async (path) => {
    const { status, body } = await raw(path, "identity");
    expect(status).toBe(404);
    expect(JSON.parse(String(body))).toMatchObject({ code: "unimplemented" });
  },
);

test("a page elsewhere can neither read nor frame it", async () => {
  const response = await get("/", { origin: "https://evil.example.com" });
  expect(response.headers.get("access-control-allow-origin")).toBeNull();
  expect(response.headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(response.headers.get("x-frame-options")).toBe("DENY");
});

test("a server without a console answers as for any path that is no method", async () => {
  const bare = await startTestServer();
  const response = await fetch(`${bare.url}/`);
  expect(response.status).toBe(404);
  await bare.stop();
});

/** As `fetch` would, but that it neither decodes nor tidies the path. */
function raw(
  path: string,
  accepted: string,
): Promise<{ status: number | undefined; encoding: string | undefined; body: Buffer }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, headers: { "accept-encoding": accepted } }, async (response) => {
      const body = Buffer.concat(await response.toArray());
      resolve({ status: response.statusCode, encoding: response.headers["content-encoding"], body });
    })
      .on("error", reject)
      .end();
  });
}
