import { create, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { RosterError } from "../../../src/directory/errors.ts";
import { SERVICES } from "../../../src/rpc/permissions/permissions.ts";
import { validate } from "../../../src/rpc/pipeline/validate.ts";

const METHODS = SERVICES.flatMap(({ methods }) => [...methods]);
const TOKENS = METHODS.flatMap(({ input }) =>
  input.fields.filter(({ name }) => name.endsWith("_token")).map((field) => [input.name, field.name, input, field] as const),
);

test("there are tokens of pages, of exports and of changes", () => {
  expect(new Set(TOKENS.map(([, name]) => name))).toEqual(new Set(["page_token", "resume_token", "change_token"]));
});

test.each(TOKENS)("%s.%s has at most 8192 characters, as every token", (_, name, input, field) => {
  expect(brokenFields(input, field, "A".repeat(8192))).not.toContain(name);
  expect(brokenFields(input, field, "A".repeat(8193))).toContain(name);
});

/** The fields of a request with this token, and nothing else, that break a rule. */
function brokenFields(input: DescMessage, { oneof, localName }: DescField, token: string): string[] {
  const value = oneof === undefined ? { [localName]: token } : { [oneof.localName]: { case: localName, value: token } };
  try {
    validate(input, Object.assign(create(input), value));
    return [];
  } catch (error) {
    return error instanceof RosterError
      ? (error.details.fields ?? []).map(({ field }) => field)
      : expect.fail(String(error));
  }
}
