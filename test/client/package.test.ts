import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { createRosterClient } from "@roster/client";
import { publint } from "publint";
import { rolldown } from "rolldown";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LONG } from "../support/bounds.ts";
import { HAS_CHROMIUM, openBrowser, serveFolder } from "../support/browser.ts";
import { createFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

// The package as it is published, installed into an empty project.

const ROOT = join(import.meta.dirname, "../..");
const BIN = join(ROOT, "node_modules/.bin");
const run = promisify(execFile);
const { path: folder, remove } = createFolder();
const [made, project] = [join(folder, "made"), join(folder, "project")];
let tarball: string;
let server: TestServer;
let site: Awaited<ReturnType<typeof serveFolder>>;
let ids: string[];

beforeAll(async () => {
  cpSync(join(import.meta.dirname, "package"), project, { recursive: true });
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run(process.execPath, [join(ROOT, "packages/client/build.ts"), made]);
  await run("npm", ["pack", made, "--pack-destination", folder]);
  tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
  await run("npm", ["install", tarball, "--prefer-offline", "--no-audit", "--no-fund"], { cwd: project });
  site = await serveFolder(join(project, "dist"));
  server = await startTestServer({ corsOrigins: [site.url] });
  const { users, close } = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  await users.importUsers([{ id: "ada" }, { id: "grace" }]);
  ids = (await users.listUsers({ orderBy: "id" })).users.map(({ id }) => id);
  close();
}, 240_000);
afterAll(async () => {
  site?.close();
  await server?.stop();
  remove();
});

const seen = () => ({ listed: ids, exported: ids, watched: ids });
const settings = () => ({ baseUrl: server.url, apiKey: server.secret });

test("publint and Are the types wrong? find nothing", LONG, async () => {
  const { messages } = await publint({ pkgDir: made, pack: "npm", strict: true });
  expect(messages).toEqual([]);
  const options = ["--profile", "esm-only", "--no-definitely-typed", "--no-color", "--no-emoji"];
  const { stdout } = await run(join(BIN, "attw"), [tarball, ...options]);
  expect(stdout).toMatch(/node16 \(from ESM\) │ OK.*bundler +│ OK/s);
});

test("has its types where modules are resolved as Node does, and as bundlers do", LONG, async () => {
  await run(join(BIN, "tsc"), ["-p", join(project, "tsconfig.json")]);
  await run(join(BIN, "tsc"), ["-p", join(project, "tsconfig.page.json")]);
});

test("runs in Node", LONG, async () => {
  const { stdout } = await run(process.execPath, [join(project, "program.ts"), server.url, server.secret]);
  expect(JSON.parse(stdout)).toEqual({ ...seen(), reason: "USER_NOT_FOUND", isMistaken: false });
});

test.skipIf(!HAS_CHROMIUM && !process.env["CI"])(
  "runs in a page and in a worker of it, as Vite bundles them",
  LONG,
  async () => {
    await build({ root: project, configFile: false, logLevel: "error" });
    const [page = ""] = filesOf(join(project, "dist/assets")).filter((path) => /\/index-.*\.js$/.test(path));
    // UserService alone.
    expect(gzipSync(readFileSync(page)).length).toBeLessThan(40_000);
    const tab = await (await openBrowser()).newPage();
    await tab.goto(`${site.url}/#${encodeURIComponent(JSON.stringify(settings()))}`);
    await tab.waitForFunction("document.body.textContent.includes('worker')");
    const shown = JSON.parse((await tab.textContent("body")) ?? "");
    expect(shown).toEqual({ page: seen(), refusal: "USER_NOT_FOUND", worker: seen() });
  },
);

test.each(["workerd", "edge-light", "browser", "default"])(
  "needs nothing of Node where the platform is %s",
  async (platform) => {
    const bundle = await rolldown({
      input: join(project, "edge.ts"),
      platform: "neutral",
      resolve: { conditionNames: [platform, "import"] },
      external: [/^node:/, ...builtinModules],
      logLevel: "silent",
    });
    const { output } = await bundle.generate({ format: "iife", name: "edge" });
    expect(output[0].imports).toEqual([]);
    // What the standards give: no process, no Buffer, no require.
    const { fetch, Headers, Request, Response, AbortController, AbortSignal, URL, TextEncoder, TextDecoder } = globalThis;
    const { ReadableStream, crypto, setTimeout, clearTimeout, performance, atob, btoa } = globalThis;
    const standard = { fetch, Headers, Request, Response, AbortController, AbortSignal, URL, TextEncoder, TextDecoder };
    const context = createContext({
      ...standard,
      ReadableStream,
      crypto,
      setTimeout,
      clearTimeout,
      performance,
      atob,
      btoa,
    });
    const result: unknown = runInContext(`${output[0].code}; edge.run(${JSON.stringify(settings())})`, context);
    expect(await result).toEqual(seen());
  },
);

test("the examples of the README have the right types, and run", LONG, async () => {
  const blocks = readFileSync(join(ROOT, "packages/client/README.md"), "utf8").matchAll(/```ts\n(.*?)```/gs);
  const key = 'declare const process: { readonly argv: string[] };\nconst apiKey = process.argv[2] ?? "";';
  const program = [key, ...Array.from(blocks, ([, code = ""]) => code)]
    .join("\n")
    .replaceAll("http://127.0.0.1:8080", server.url);
  writeFileSync(join(project, "readme.ts"), program);
  await run(join(BIN, "tsc"), ["-p", join(project, "tsconfig.readme.json")]);
  const { stdout } = await run(process.execPath, [join(project, "readme.ts"), server.secret]);
  expect(stdout).toContain("{ created: 1, updated: 0, skipped: 0, failed: 1 }");
  expect(stdout).toContain("1 1 FIELD_INVALID [ { field: 'user.email'");
  expect(stdout).toMatch(/\[not_found\] there is no such user [0-9a-f]{8}-/);
});

function filesOf(path: string): string[] {
  return readdirSync(path).map((name) => join(path, name));
}
