import { createRouterTransport } from "@connectrpc/connect";
import { createRosterClient, ServerService } from "@roster/client";
import { expect, onTestFinished, test } from "vitest";
import { warnOfOtherVersion } from "../../src/cli/options/server-version.ts";
import { VERSION } from "../../src/version.ts";
import { LONG } from "../support/bounds.ts";
import { startTestServer } from "../support/server.ts";
import { callerOf, roster } from "./run.ts";

const [major = "", minor = ""] = VERSION.split(".");

/** What is said of a server that tells this version; undefined: that has no such service. */
async function warningOf(version: string | undefined): Promise<string> {
  const transport = createRouterTransport((router) => {
    if (version !== undefined) router.service(ServerService, { getServerInfo: () => ({ version }) });
  });
  let said = "";
  await warnOfOtherVersion(createRosterClient({ transport }), (text) => {
    said += text;
  });
  return said;
}

test.each([VERSION, `${major}.${minor}.99`, `${major}.${minor}.0-rc.1+build`])(
  "nothing is said of a server of version %s",
  async (version) => {
    expect(await warningOf(version)).toBe("");
  },
);

test.each([`${Number(major) + 1}.0.0`, `0.${Number(minor) + 1}.0`, "11.0.0"])(
  "a server of version %s is warned of, once, with both versions",
  async (version) => {
    const said = await warningOf(version);
    expect(said).toMatch(/^roster: .*\n$/);
    expect(said).toContain(version);
    expect(said).toContain(VERSION);
  },
);

test("nothing is said of a server that has no such service", async () => {
  expect(await warningOf(undefined)).toBe("");
});

test("a command warns on standard error, and does its work", LONG, async () => {
  const server = await startTestServer({ version: "77.0.0" });
  onTestFinished(server.stop);
  const { code, stdout, stderr } = await roster(["keys", "list", "--output", "json"], { env: callerOf(server) });
  expect({ code, warnings: stderr.match(/77\.0\.0/g) }).toEqual({ code: 0, warnings: ["77.0.0"] });
  expect(JSON.parse(stdout)).toHaveLength(1);
});
