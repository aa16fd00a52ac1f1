import { describe, expect, onTestFinished, test } from "vitest";
import { RosterError } from "../../../src/directory/errors.ts";
import type { UserValues } from "../../../src/directory/users/user.ts";
import { changedFields, checkUser, USER_DEFAULTS } from "../../../src/directory/users/user-fields.ts";
import { checkDisplayName } from "../../../src/directory/values/display-name.ts";
import { cpuTimeOf } from "../../support/cpu-time.ts";

describe("name", () => {
  test.each([
    "Ada",
    "O'Brien",
    "José",
    "Jose\u0301",
    "नमस्ते",
    "李雷",
    "Ⅷ",
    "a_1",
    "-dash",
    "Ada Lovelace",
    " leading",
    "!",
    "\u{20000}",
    "ß",
  ])("%j is a name", (name) => {
    expect(checkUser({ name })).toEqual({ name });
  });

  test.each(
    [
      "1abc",
      "_abc",
      "😀",
      "a😀",
      "a²",
      "²",
      "a\u00A0b",
      "a\0",
      "\0",
      "a\u200D",
      "\u0301a",
      "\u093F",
      "a\uD800",
      "a\u0007",
      "",
    ].filter(Boolean),
  )("%j is no name", (name) => {
    expect(fieldsOf({ name })).toEqual(["user.name"]);
  });

  test.each([" ", "\t\n", "\u2028", "\u200E \u200F", "\u00A0"])("the blank text %j is no name", (name) => {
    expect(fieldsOf({ name })).toEqual(["user.name"]);
  });

  test("an empty name means no name", () => {
    expect(checkUser({ name: "" })).toEqual({ name: null });
    expect(checkUser({ name: null })).toEqual({ name: null });
  });

  test("every character that a name may begin with may also follow, so that our pattern accepts what the published one does", () => {
    const first = /[\p{L}\p{Nl}\p{Pattern_Syntax}\p{Pattern_White_Space}]/u;
    const later = /[\p{ID_Start}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Pattern_Syntax}\p{Pattern_White_Space}]/u;
    expect(codePoints().filter((character) => first.test(character) && !later.test(character))).toEqual([]);
  });

  test("a name is judged by every character as the published pattern judges it", () => {
    const published =
      /^[\p{L}\p{Nl}\p{Pattern_Syntax}\p{Pattern_White_Space}]+[\p{ID_Start}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Pattern_Syntax}\p{Pattern_White_Space}]*$/u;
    withoutStacks();
    const differ = codePoints().filter((character) => {
      const name = `x${character}x`;
      return published.test(name) !== accepts(name);
    });
    expect(differ).toEqual([]);
  });

  test("20 000 characters that are no name are refused within milliseconds", async () => {
    const name = `${"a".repeat(20_000)}²`;
    const took = await cpuTimeOf(() => expect(fieldsOf({ name })).toEqual(["user.name"]));
    expect(took).toBeLessThan(100);
  });
});

describe("display name", () => {
  test("a display name is trimmed before it is measured", () => {
    expect(checkUser({ displayName: "  Al \n" })).toEqual({ displayName: "Al" });
    expect(checkUser({ displayName: ` ${"x".repeat(100)} ` })).toEqual({ displayName: "x".repeat(100) });
    expect(checkDisplayName(" Key ", "key.display_name")).toBe("Key");
  });

  test.each(["a", " a ", "", "   ", "x".repeat(101), "\u{20000}".repeat(101), "a\0b", "a\nb", "a\u0085b", "a\uD800b"])(
    "%j is no display name",
    (displayName) => {
      expect(fieldsOf({ displayName })).toEqual(["user.display_name"]);
    },
  );

  test("a display name has 2 to 100 code points, of any script, emoji too", () => {
    for (const displayName of ["李雷", "😀😀", "\u{20000}".repeat(100), "x".repeat(100), "1a"]) {
      expect(checkUser({ displayName })).toEqual({ displayName });
    }
  });

  test("a bad display name names the field it was given for", () => {
    expect(() => checkDisplayName("x", "api_key.display_name")).toThrow("api_key.display_name: must have 2 to 100");
  });
});

test("every field that breaks a rule is named at once", () => {
  const bad: Partial<UserValues> = { name: "1", displayName: "x", email: "no", metadata: { "": 1 }, about: "fine" };
  expect(fieldsOf(bad)).toEqual(["user.email", "user.name", "user.display_name", "user.metadata"]);
});

test("what is absent stays absent, and null is kept", () => {
  expect(checkUser({})).toEqual({});
  expect(checkUser({ email: null, displayName: null })).toEqual({ email: null, displayName: null });
});

test("changed fields are named as in the schema, whatever the order of metadata keys", () => {
  const before = { ...USER_DEFAULTS, metadata: { a: 1, b: { c: [1], d: null } } };
  expect(changedFields(before, { ...before, metadata: { b: { d: null, c: [1] }, a: 1 } })).toEqual([]);
  const after = { ...before, externalId: "x", displayName: "Ada", superAdmin: true, metadata: { a: 1 } };
  expect(changedFields(before, after)).toEqual(["external_id", "display_name", "metadata", "super_admin"]);
});

/** The fields that checkUser complains of. */
function fieldsOf(input: Partial<UserValues>): readonly string[] {
  try {
    checkUser(input);
  } catch (error) {
    if (error instanceof RosterError && error.reason === "FIELD_INVALID") {
      return (error.details.fields ?? []).map(({ field }) => field);
    }
    throw error;
  }
  return [];
}

/** A million errors are quicker without. */
function withoutStacks(): void {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  onTestFinished(() => {
    Error.stackTraceLimit = limit;
  });
}

function accepts(name: string): boolean {
  return fieldsOf({ name }).length === 0;
}

/** Every Unicode code point, surrogates too. */
function codePoints(): string[] {
  return Array.from({ length: 0x110000 }, (_, point) => String.fromCodePoint(point));
}
