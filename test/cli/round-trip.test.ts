import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sampleUsers } from "../../bench/users.ts";
import { LONG } from "../support/bounds.ts";
import { testFolder } from "../support/folder.ts";
import { startTestServer } from "../support/server.ts";
import { callerOf, parseNdjson, readNdjson, roster, toNdjson } from "./run.ts";

type Exported = Record<string, unknown> & { readonly id: string; readonly external_id?: string };

test("what is exported can be imported elsewhere, and is equal field by field", LONG, async () => {
  const [from, to] = await Promise.all([startTestServer(), startTestServer()]);
  onTestFinished(async () => {
    await Promise.all([from.stop(), to.stop()]);
  });
  const sample = [...sampleUsers(5_000)];
  const file = join(testFolder(), "users.ndjson");
  await roster(["import", "-"], { env: callerOf(from), input: toNdjson(sample) });
  expect(await roster(["export", file], { env: callerOf(from) })).toMatchObject({ code: 0 });
  const imported = await roster(["import", file, "--mode", "upsert"], { env: callerOf(to) });
  expect(imported).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('"created":5001,"updated":0,"skipped":0,"failed":0,'),
  });

  const originals = readNdjson<Exported>(file);
  const sent = new Map(originals.map((user) => [user.external_id, user]));
  expect(sample.map((user) => pick(sent.get(user.external_id), Object.keys(user)))).toEqual(sample);
  const { stdout } = await roster(["export", "-"], { env: callerOf(to) });
  const copies = new Map(parseNdjson<Exported>(stdout).map((user) => [user.id, user]));
  expect(originals.map(({ id }) => values(copies.get(id)))).toEqual(originals.map(values));
  // And the user of the other server's first start.
  expect(copies.size).toBe(originals.length + 1);
});

const SERVER_DECIDES = new Set(["create_time", "update_time", "version", "etag"]);

function values(user: Exported | undefined): object {
  return pick(
    user,
    Object.keys(user ?? {}).filter((name) => !SERVER_DECIDES.has(name)),
  );
}

function pick(user: Exported | undefined, keys: readonly string[]): object {
  return Object.fromEntries(keys.map((key) => [key, user?.[key]]));
}
