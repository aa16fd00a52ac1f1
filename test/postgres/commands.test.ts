import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { openStore } from "../../src/db/open.ts";
import { roster } from "../cli/run.ts";
import { createDatabase } from "../support/database.ts";
import { testFolder } from "../support/folder.ts";
import { administer } from "../support/postgres.ts";
import { createSources } from "../support/sources.ts";

function server() {
  return inject("postgres") ?? expect.fail("no PostgreSQL");
}

/** What a command says that can't use the database at `url`: one line, without the password. */
function refusal(url: URL, why: RegExp) {
  const shown = `${url.protocol}//${url.host}${url.pathname}`;
  return {
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(new RegExp(`^roster: ${shown} can't be used: [^\n]*${why.source}[^\n]*\n$`)),
  };
}

async function expectRefusal(url: URL, why: RegExp): Promise<void> {
  const folder = testFolder();
  const file = `sqlite:${join(folder, "roster.db")}`;
  await (await openStore(file, createSources())).close();
  for (const args of [
    ["migrate", "--database-url", url.href],
    ["migrate", "--check", "--database-url", url.href],
    ["copy", file, url.href],
    ["copy", url.href, file],
    ["verify", "--database-url", url.href],
  ]) {
    expect(await roster(args)).toEqual(refusal(url, why));
  }
}

test("a server that is not there is told in one line", async () => {
  const url = new URL(`${server().url}/postgres`);
  url.port = "1";
  await expectRefusal(url, /ECONNREFUSED/);
});

test("a database that is not there is told in one line", async () => {
  await expectRefusal(new URL(`${server().url}/nowhere`), /"nowhere" does not exist/);
});

test("a user without rights is told in one line", async () => {
  const { url, remove } = await createDatabase();
  const role = `roster_guest_${randomBytes(4).toString("hex")}`;
  await administer(server(), `create role ${role} login password 'guest'`);
  onTestFinished(async () => {
    await remove();
    await administer(server(), `drop role ${role}`);
  });
  const guest = new URL(url);
  guest.username = role;
  guest.password = "guest";
  await expectRefusal(guest, /permission denied/);
});
