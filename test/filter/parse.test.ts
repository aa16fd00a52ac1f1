import { describe, expect, test } from "vitest";
import { RosterError } from "../../src/directory/errors.ts";
import { parseUserFilter } from "../../src/filter/users.ts";
import { cpuTimeOf } from "../support/cpu-time.ts";

function refusal(text: string): { offset: string | undefined; message: string } {
  try {
    parseUserFilter(text);
  } catch (error) {
    if (!(error instanceof RosterError) || error.reason !== "FILTER_INVALID") throw error;
    expect(error.details.fields?.map(({ field }) => field)).toEqual(["filter"]);
    expect(error.message).toContain(`at offset ${error.details.metadata?.["offset"]}: `);
    return { offset: error.details.metadata?.["offset"], message: error.message };
  }
  return expect.fail(`it was understood: ${text}`);
}

describe("a filter", () => {
  test.each(["", " ", "\n\t "])("that is blank lets everything pass: %j", (text) => {
    expect(parseUserFilter(text)).toBeUndefined();
  });

  test("is a comparison of a field and a literal, either way round", () => {
    const value = { field: "version" };
    expect(parseUserFilter("version < 5")).toEqual({ kind: "compare", value, operator: "<", literal: 5 });
    expect(parseUserFilter("5 > version")).toEqual({ kind: "compare", value, operator: "<", literal: 5 });
    expect(parseUserFilter("5u >= version")).toEqual({ kind: "compare", value, operator: "<=", literal: 5 });
    expect(parseUserFilter("- 5 == version")).toEqual({ kind: "compare", value, operator: "==", literal: -5 });
    expect(parseUserFilter("version != -1.5e3")).toEqual({ kind: "compare", value, operator: "!=", literal: -1500 });
  });

  test.each([
    ["metadata.a.b", ["a", "b"]],
    ['metadata["a.b"]', ["a.b"]],
    ['metadata["a"].b["c d"]', ["a", "b", "c d"]],
    ["metadata['\"'][\"'\"]", ['"', "'"]],
    ["metadata.class", ["class"]],
    ["metadata.__proto__.has", ["__proto__", "has"]],
    ['metadata["\\U0001F600"]', ["😀"]],
  ])("finds metadata at %s", (text, path) => {
    expect(parseUserFilter(`has(${text})`)).toEqual({ kind: "has", value: { path } });
    expect(parseUserFilter(`${text} == null`)).toMatchObject({ value: { path }, literal: null });
  });

  test("joins terms by and, or and not, chains of any length on one level", () => {
    expect(parseUserFilter("super_admin && (has(name) && has(email)) && !(has(project) || !has(about))")).toEqual({
      kind: "and",
      terms: [
        { kind: "compare", value: { field: "super_admin" }, operator: "==", literal: true },
        { kind: "has", value: { field: "name" } },
        { kind: "has", value: { field: "email" } },
        {
          kind: "not",
          term: {
            kind: "or",
            terms: [
              { kind: "has", value: { field: "project" } },
              { kind: "not", term: { kind: "has", value: { field: "about" } } },
            ],
          },
        },
      ],
    });
  });

  test.each([
    ['timestamp("1970-01-01T00:00:01Z")', 1_000_000],
    ['timestamp("2026-02-28T12:34:56.000001Z")', Date.UTC(2026, 1, 28, 12, 34, 56) * 1000 + 1],
    ['timestamp("2026-01-01T01:30:00.5+01:30")', Date.UTC(2026, 0, 1) * 1000 + 500_000],
    ['timestamp("2025-12-31T19:00:00-05:00")', Date.UTC(2026, 0, 1) * 1000],
    ['timestamp("0001-01-01T00:00:00Z")', -62_135_596_800_000_000],
  ])("reads %s", (text, micros) => {
    expect(parseUserFilter(`create_time >= ${text}`)).toMatchObject({ literal: micros });
  });
});

describe("FILTER_INVALID says where and what:", () => {
  test.each([
    ["nope == 1", 0, 'there is no field "nope"; there are account_id, id,'],
    ['id == "é😀" && nope == 1', 14, "there is no field"],
    ['id ==\n  "a" && nope == 1', 15, "there is no field"],
    ["toString == 1", 0, "there is no field"],
    ["user.id == 1", 4, "there is no field"],
    ["metadata == 1", 0, "name a key of metadata"],
    ["has(metadata)", 4, "name a key of metadata"],
    ["metadata[0] == 1", 9, "a key is text"],
    ["id.length == 1", 2, "id has no members"],
    ["id == 1", 6, "the field is text, this is a number"],
    ["super_admin == 1", 15, "the field is true or false, this is a number"],
    ['version == "1"', 11, "the field is a number, this is text"],
    ["email == null", 9, "ask with has()"],
    ['create_time > "2026-01-01T00:00:00Z"', 14, "write timestamp("],
    ['metadata.x == timestamp("2026-01-01T00:00:00Z")', 14, "metadata has no timestamps"],
    ['status == "ACTIV"', 10, "it is one of INVITED, ACTIVE, SUSPENDED"],
    ['status in ["ACTIVE", "GONE"]', 21, "it is one of"],
    ["metadata.x < null", 11, "null has no order"],
    ["id == external_id", 3, "a literal on the other"],
    ["1 == 1", 2, "a literal on the other"],
    ["metadata.x == [1]", 11, "a literal on the other"],
    ["id", 0, "neither true nor false"],
    ["true", 0, "neither true nor false"],
    ["1", 0, "neither true nor false"],
    ["id && true", 0, "neither true nor false"],
    ['"a" in id', 7, "the field is no list"],
    ['"a" in metadata', 7, "name a key of metadata"],
    ["id in id", 6, "in is for a field and a list"],
    ["id in [id]", 7, "a list has literals only"],
    ["id in [1]", 7, "the field is text"],
    ["version.startsWith(1)", 0, "startsWith is for text"],
    ["id.startsWith(1)", 14, "takes text in quotes"],
    ['id.startsWith("a", "b")', 2, "startsWith can't be used here"],
    ['id.matches("a")', 2, "matches can't be used here"],
    ["size(id) == 1", 9, "a literal on the other"],
    ["has(1)", 4, "has takes a field"],
    ["has(id, name)", 0, "has can't be used here"],
    ["metadata.tags.exists(t, t == 1)", 13, ""],
    ["super_admin ? has(id) : has(name)", 0, "can't be used here"],
    ["version + 1 == 2", 12, "a literal on the other"],
    ['b"a" == id', 0, "a literal must be"],
    ["metadata.x == 1e999", 14, "too large"],
    ['id == "a\\u0000"', 6, "without U+0000"],
    ['metadata["\\u0000"] == 1', 9, "without U+0000"],
    ['create_time > timestamp("2026-02-30T00:00:00Z")', 24, "RFC 3339"],
    ['create_time > timestamp("2026-01-01T24:00:00Z")', 24, "RFC 3339"],
    ['create_time > timestamp("2026-01-01T00:00:00.0000001Z")', 24, "RFC 3339"],
    ['create_time > timestamp("2026-01-01")', 24, "RFC 3339"],
    ["create_time > timestamp(1)", 24, "RFC 3339"],
    ['id == "a', 3, "syntax error"],
    ['id == "a" && ', 10, "syntax error"],
    ["id == 'a' OR 1=1 --", 10, "syntax error"],
    ["metadata.in == 1", 9, "reserved"],
    ['id == "\\ud800"', 0, "surrogate"],
    ["\0", 0, "syntax error"],
    ["😀", 0, "syntax error"],
  ])("%s", (text, offset, problem) => {
    const { offset: told, message } = refusal(text);
    expect(message).toContain(problem);
    expect(told).toBe(String(offset));
  });
});

test("what the parser says is passed on, without a place of its own", () => {
  expect(refusal("metadata.a ==")).toEqual({
    offset: "11",
    message: expect.stringMatching(/syntax error: found = but expecting end of input$/),
  });
});

describe("a filter has at most", () => {
  test("4096 bytes", () => {
    const ofBytes = (bytes: number) => `id == "${"é".repeat((bytes - 9) / 2)}" `;
    expect(Buffer.byteLength(ofBytes(4097))).toBe(4097);
    expect(parseUserFilter(ofBytes(4095))).toBeDefined();
    expect(refusal(ofBytes(4097))).toMatchObject({ offset: "2052", message: expect.stringContaining("4096 bytes") });
    expect(refusal("x".repeat(1_000_000)).offset).toBe("4096");
  });

  test("64 terms, and a list is one", () => {
    const ofTerms = (count: number) => Array(count).fill("has(id)").join(" || ");
    expect(parseUserFilter(ofTerms(64))).toMatchObject({ terms: { length: 64 } });
    expect(refusal(ofTerms(65))).toEqual({ offset: String(64 * 11), message: expect.stringContaining("64 terms") });
    expect(parseUserFilter(`id in [${Array(800).fill('"a"').join()}]`)).toBeDefined();
  });

  test("32 levels", () => {
    const ofLevels = (count: number) => `${"!(has(id) && ".repeat(count)}has(id)${")".repeat(count)}`;
    expect(parseUserFilter(ofLevels(15))).toBeDefined();
    expect(refusal(ofLevels(16)).message).toContain("32 levels");
    expect(parseUserFilter(`has(metadata${".a".repeat(32)})`)).toBeDefined();
    expect(refusal(`has(metadata${".a".repeat(33)})`).message).toContain("32 keys");
  });

  test("32 open brackets, those in text and comments aside", () => {
    expect(parseUserFilter(`${"(".repeat(32)}super_admin${")".repeat(32)}`)).toBeDefined();
    expect(refusal(`${"(".repeat(33)}super_admin${")".repeat(33)}`)).toMatchObject({ offset: "32" });
    expect(parseUserFilter(`id == "${"(".repeat(100)}"`)).toBeDefined();
    expect(
      parseUserFilter(`id in ['\\'${"[".repeat(100)}', r"\\${"{".repeat(100)}", """"${"(".repeat(100)}"""]`),
    ).toBeDefined();
    expect(refusal(`// "\n${"(".repeat(900)}"`).message).toContain("32 brackets");
  });

  test("so much nesting that the parser needs no time for it", async () => {
    const openings = ["(", "[", "!(", "-(", "{a:", "f(", '""(', "r'\\'(", "a[", "(a?b:", "//\n("];
    for (const opening of openings) {
      const took = await cpuTimeOf(() => {
        refusal(opening.repeat(Math.floor(4096 / opening.length)));
        refusal(opening.repeat(32));
      });
      expect({ opening, slow: took > 500 }).toEqual({ opening, slow: false });
    }
  });

  test.each(["(", "[", "!", "-", "f(", "{a:", "a[", "a?b:", "a."])("so much nesting that nothing breaks: %s", (part) => {
    expect(refusal(part.repeat(Math.floor(4096 / part.length))).message).not.toBe("");
    expect(refusal(`${part.repeat(800)}id`).message).not.toBe("");
  });
});
