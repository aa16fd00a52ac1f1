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
  ["users as YAML on standard output", ["export", "-", "-o", "yaml"], "users come as NDJSON"],
  ["a format that is none", ["users", "list", "-o", "xml"], "Allowed choices are table, json, ndjson, yaml"],
  ["a column that is none", ["users", "list", "--columns", "id,emial"], "there is no column emial; did you mean email?"],
  ["a column in what has no members", ["users", "list", "--columns", "id.x"], "there is no column id.x: id has no members"],
  ["columns that are none", ["users", "list", "--columns", "id,"], "--columns takes names, separated by commas"],
  ["a limit that is none", ["users", "list", "--limit", "0"], "It must be a whole number from 1 on"],
  ["a limit for all", ["users", "list", "--limit", "5", "--all"], "cannot be used with option"],
  [
    "a field that is none",
    ["users", "update", "ada", "--set", "nmae=x"],
    "nmae is no field that can be set; did you mean name?",
  ],
  [
    "a field that only the server sets",
    ["users", "update", "ada", "--set", "version=1"],
    "version is no field that can be set",
  ],
  ["a field without a value", ["users", "update", "ada", "--set", "name"], "--set takes FIELD=VALUE"],
  [
    "a field that is set twice",
    ["users", "update", "ada", "--set", "metadata.a=1", "--unset", "metadata.a"],
    "metadata.a is set twice",
  ],
  ["a field within one that is set", ["users", "create", "--set", "metadata={}", "--set", "metadata.a=1"], "is set twice"],
  ["nothing for a value", ["users", "update", "ada", "--set", "metadata.a=null"], "--unset metadata.a"],
  ["metadata that is no object", ["users", "update", "ada", "--set", "metadata=5"], "metadata is a JSON object"],
  ["a number that would be rounded", ["users", "create", "--set", "metadata.n=12345678901234567890"], "beyond 2^53"],
  [
    "a time that is none",
    ["users", "update", "a", "--set", "email_verify_time=now"],
    "email_verify_time is a time as in RFC",
  ],
  ["a status that is none", ["users", "create", "--set", "status=off"], "status is one of invited, active, suspended"],
  ["an update of no field", ["users", "update", "ada"], "nothing to change: give --set or --unset"],
  ["two profiles' names", ["profile", "use", "a", "--none"], "give the name of a profile, or --none"],
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
