import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromJsonString } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { SERVICES } from "../../src/rpc/permissions/permissions.ts";
import { validate } from "../../src/rpc/pipeline/validate.ts";
import { present } from "../rpc/setup.ts";

const TEXT = readFileSync(join(import.meta.dirname, "../../docs/coming-from.md"), "utf8");
const METHODS = SERVICES.flatMap(({ methods }) => methods);

/** Reads requests that are written as `GetUser {"id": "U01"}`. */
function requestsIn(text: string) {
  return [...text.matchAll(/`([A-Z][A-Za-z]+) (\{[^`]*\})`/g)].map(([, method = "", json = ""]) => ({ method, json }));
}

test.each(requestsIn(TEXT))("docs/coming-from.md shows a request that the schema accepts: $method $json", (shown) => {
  const { input } = present(METHODS.find(({ name }) => name === shown.method));
  expect(() => validate(input, fromJsonString(input, shown.json))).not.toThrow();
});

test.each([
  ["PySpur", ["CreateUser", "ListUsers", "GetUser", "UpdateUser", "PurgeUser", "CreateSession", "ListUserSessions"]],
  ["Julep", ["UpsertUser", "CreateUser", "GetUser", "ListUsers", "UpdateUser", "PurgeUser"]],
  [
    "LEADR",
    ["CreateUser", "ListUsers", "GetUser", "UpdateUser", "DeleteUser", "CreateAccount", "CreateApiKey", "IssueNonce"],
  ],
  ["Zep", ["CreateUser", "GetUser", "UpdateUser", "PurgeUser", "ListUsers", "ListUserSessions", "ListUsersChunked"]],
])("docs/coming-from.md shows a request for each operation of %s", (name, methods) => {
  const [, section = ""] = TEXT.split(`## From ${name}\n`);
  const shown = requestsIn(section.split("\n## ")[0] ?? "").map(({ method }) => method);
  expect(shown).toEqual(expect.arrayContaining(methods));
});
