import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { createRosterClient, type RosterClient } from "@roster/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { testFolder } from "../support/folder.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import { callerOf, roster } from "./run.ts";

let server: TestServer;
let client: RosterClient;
beforeAll(async () => {
  server = await startTestServer();
  client = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const run = (...args: string[]) => roster(["users", "data", ...args], { env: callerOf(server) });

test("all that is kept of a user goes to a file, readable for its owner alone, or to standard output", async () => {
  await client.users.createUser({ user: { id: "ada", name: "Ada" } });
  await client.users.updateUser({ user: { id: "ada", about: "second" } });
  const file = join(testFolder(), "ada.ndjson");
  expect(await run("ada", file)).toMatchObject({ code: 0, stdout: "" });
  const text = readFileSync(file, "utf8");
  const records = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records.map((record) => Object.keys(record)[0])).toEqual([
    "user",
    "change",
    "change",
    "answer",
    "answer",
    "audit_entry",
    "audit_entry",
  ]);
  expect(records[0]).toMatchObject({ user: { id: "ada", about: "second" } });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await run("ada", "-")).toMatchObject({ code: 0, stdout: text });
});

test("of an unknown user there is no file", async () => {
  const file = join(testFolder(), "nobody.ndjson");
  expect(await run("nobody", file)).toMatchObject({ code: 3, stderr: expect.stringContaining("USER_NOT_FOUND") });
  expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, false]);
});
