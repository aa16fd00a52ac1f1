import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { SETTINGS, variablesOf } from "../../src/config/settings.ts";
import { unknownSettings } from "../../src/config/unknown.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { createIdSource } from "../../src/directory/values/id.ts";
import { testFolder } from "../support/folder.ts";
import { problemsOf } from "./problems.ts";

const SECRET = mintSecret(createIdSource()("K"));
const URL = "postgres://me:hunter2@host/db";

function fileWith(text: string): string {
  const path = join(testFolder(), "secret");
  writeFileSync(path, text);
  return path;
}

test("the settings that hold secrets can be given as files, and no others", () => {
  expect(Object.values(SETTINGS).flatMap((setting) => variablesOf(setting).slice(1))).toEqual([
    "ROSTER_DATABASE_URL_FILE",
    "ROSTER_DATABASE_REPLICA_URL_FILE",
    "ROSTER_BOOTSTRAP_KEY_FILE",
  ]);
});

test.each([
  ["as it is", ""],
  ["with a line break at its end", "\n"],
  ["with line breaks of Windows", "\r\n\r\n"],
])("a file holds a secret %s", (_, end) => {
  const env = { ROSTER_DATABASE_URL_FILE: fileWith(URL + end), ROSTER_BOOTSTRAP_KEY_FILE: fileWith(SECRET + end) };
  expect(loadConfig(env)).toMatchObject({ databaseUrl: URL, bootstrapKey: SECRET });
});

test("line breaks elsewhere are part of the value", () => {
  expect(problemsOf({ ROSTER_BOOTSTRAP_KEY_FILE: fileWith(`\n${SECRET}`) })).toEqual([
    expect.stringContaining("must be roster_"),
  ]);
});

test("an empty variable is as good as none", () => {
  const path = fileWith(SECRET);
  expect(loadConfig({ ROSTER_BOOTSTRAP_KEY: "", ROSTER_BOOTSTRAP_KEY_FILE: path }).bootstrapKey).toBe(SECRET);
  expect(loadConfig({ ROSTER_BOOTSTRAP_KEY: SECRET, ROSTER_BOOTSTRAP_KEY_FILE: "" }).bootstrapKey).toBe(SECRET);
});

test("a secret in both places, a file that can't be read and an empty one are mistakes, told all at once", () => {
  const path = fileWith(SECRET);
  const empty = fileWith("\n");
  const nowhere = join(testFolder(), "nowhere");
  const wrong = { ROSTER_HTTP_ADDRESS: "8080", ROSTER_BOOTSTRAP_KEY: SECRET, ROSTER_BOOTSTRAP_KEY_FILE: path };
  expect(problemsOf({ ...wrong, ROSTER_DATABASE_URL_FILE: nowhere })).toEqual([
    `ROSTER_DATABASE_URL_FILE=${nowhere}: can't be read (ENOENT: no such file or directory)`,
    expect.stringContaining("ROSTER_HTTP_ADDRESS=8080: "),
    "ROSTER_BOOTSTRAP_KEY and ROSTER_BOOTSTRAP_KEY_FILE: set one of them, not both",
  ]);
  expect(problemsOf({ ROSTER_DATABASE_URL_FILE: empty, ROSTER_BOOTSTRAP_KEY_FILE: testFolder() })).toEqual([
    `ROSTER_DATABASE_URL_FILE=${empty}: the file is empty`,
    expect.stringMatching(/^ROSTER_BOOTSTRAP_KEY_FILE=.*: can't be read \(EISDIR: /),
  ]);
});

test("no mistake shows a secret: not what is in a file, nor one that is given for its path", () => {
  const wrong = fileWith("mysql://me:hunter2@host/db");
  expect(problemsOf({ ROSTER_DATABASE_URL_FILE: wrong })).toEqual([
    expect.stringContaining(`ROSTER_DATABASE_URL_FILE=${wrong}: must be sqlite:PATH or `),
  ]);
  const misplaced = problemsOf({ ROSTER_DATABASE_URL_FILE: URL, ROSTER_BOOTSTRAP_KEY_FILE: SECRET });
  expect(misplaced).toHaveLength(2);
  expect(misplaced.join()).not.toContain("hunter2");
  expect(misplaced.join()).not.toContain(SECRET.slice(-43));
});

test("the variables of files are known, and for one that is not its setting is the nearest", () => {
  const known = ["ROSTER_DATABASE_URL_FILE", "ROSTER_BOOTSTRAP_KEY_FILE", "ROSTER_API_KEY_FILE"];
  expect(unknownSettings(Object.fromEntries(known.map((name) => [name, "x"])))).toEqual([]);
  expect(unknownSettings({ ROSTER_TLS_KEY_FILE: "x", ROSTER_API_KEY_FIEL: "x" })).toEqual([
    { name: "ROSTER_TLS_KEY_FILE", nearest: "ROSTER_TLS_KEY" },
    { name: "ROSTER_API_KEY_FIEL", nearest: "ROSTER_API_KEY_FILE" },
  ]);
});
