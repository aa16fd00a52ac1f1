import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UsageError } from "../../src/cli/errors.ts";
import { createProgram } from "../../src/cli/program.ts";
import { testFolder } from "../support/folder.ts";
import { roster } from "./run.ts";

let said = "";
beforeEach(() => {
  said = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    said += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What the command line says about these wrong arguments. Throws if it takes them. */
async function refusal(args: readonly string[]): Promise<string> {
  const error = await createProgram({ ROSTER_API_KEY: "none" })
    .parseAsync(args, { from: "user" })
    .catch((thrown: unknown) => thrown);
  if (error instanceof UsageError) {
    return error.message;
  }
  if (error instanceof CommanderError && error.exitCode !== 0) {
    return said;
  }
  throw error;
}

const key = ["keys", "create", "--name", "Key", "--role", "reader"];

test.each([
  ["a file that does not exist", ["import", "/nowhere/users.ndjson"], "can't read /nowhere/users.ndjson: ENOENT"],
  ["a folder for a file", ["import", "/tmp", "--format", "csv"], "/tmp is a folder"],
  ["a file of unknown format", ["import", "users.xlsx"], "give --format ndjson or --format csv"],
  ["the file for its own errors", ["import", "a.csv", "--errors", "./a.csv"], "the errors file must not be the file"],
  ["a mode that is none", ["import", "-", "--mode", "replace"], "Allowed choices are create-only, upsert, skip-existing"],
  ["a format that is none", ["import", "-", "--format", "xml"], "Allowed choices are ndjson, csv"],
  ["a server that is no URL", ["import", "-", "--server", "localhost:8080"], "must be a URL"],
  ["no file", ["import"], "missing required argument 'file'"],
  ["an option that is none", ["import", "-", "--speed", "9"], "unknown option '--speed'"],
  ["a command that is none", ["imprt"], "unknown command 'imprt'"],
  ["an option of serve that is none", ["serve", "--htp-address", "x"], "unknown option '--htp-address'"],
  ["a chunk size that is none", ["export", "-", "--chunk-size", "0"], "It must be a whole number from 1 to 5000."],
  ["a device for a file", ["export", "/dev/null"], "/dev/null is not a file"],
  ["a file in no folder", ["export", "/nowhere/users.ndjson"], "/nowhere is not a folder"],
  ["two beginnings of a watch", ["watch", "--from-now", "--token", "T"], "cannot be used with option '--token <token>'"],
  ["a role that is none", [...key, "--role", "owner"], "Allowed choices are self, reader, writer, admin"],
  ["a key without a name", ["keys", "create", "--role", "reader"], "required option '--name <name>' not specified"],
  ["a date for a time", [...key, "--expires", "2100-01-31"], "It must be a time as in RFC 3339"],
  ["a time without a zone", [...key, "--expires", "2100-01-31T12:00:00"], "It must be a time as in RFC 3339"],
  ["a time that does not exist", [...key, "--expires", "2100-13-01T00:00:00Z"], "It must be a time as in RFC 3339"],
  ["an overlap that is none", ["keys", "rotate", "K1", "--overlap", "soon"], "It must be a whole number and a unit"],
  ["an update of nothing", ["accounts", "update"], "nothing to change: give --name, --slug"],
  ["an account beside the account", ["accounts", "delete", "A1", "--account", "A2"], "unknown option '--account'"],
  ["a session of nobody", ["sessions", "create"], "required option '--user <id>' not specified"],
])("refuses %s, and says what would be right", async (_, args, message) => {
  expect(await refusal(args)).toContain(message);
});

test("wrong usage ends with exit code 2, and one line or two", async () => {
  const path = join(testFolder(), "users.xlsx");
  writeFileSync(path, "");
  expect(await roster(["import", path])).toEqual({
    code: 2,
    stdout: "",
    stderr: `roster: the name of ${path} does not tell its format: give --format ndjson or --format csv\n`,
  });
  expect(await roster(["import", "-", "--speed", "9"])).toEqual({
    code: 2,
    stdout: "",
    stderr: "error: unknown option '--speed'\n(--help says more)\n",
  });
});
