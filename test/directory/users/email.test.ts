import { expect, test } from "vitest";
import { checkUser } from "../../../src/directory/users/user-fields.ts";
import { foldEmail } from "../../../src/directory/values/email.ts";
import { cpuTimeOf } from "../../support/cpu-time.ts";

test.each([
  "ada@example.com",
  " Ada@Example.COM ",
  "a+b.c_d-e@sub.example.co.uk",
  "o'brien@example.com",
  "josé@exämple.de",
  "用户@例子.广告",
  "root@localhost",
  `${"x".repeat(64)}@example.com`,
  "a@xn--bcher-kva.example",
])("%j is an e-mail address, and kept as it is", (email) => {
  expect(checkUser({ email })).toEqual({ email });
});

test.each([
  "",
  " ",
  "ada",
  "@example.com",
  "ada@",
  "ada@@example.com",
  "a b@example.com",
  "ada@example .com",
  "ada@-example.com",
  "ada@example-.com",
  "ada@example..com",
  "ada@.com",
  "ada@example.com.",
  "Ada <ada@example.com>",
  "ada@example.com,grace@example.com",
  "ada@exa\0mple.com",
  "ada\n@example.com",
  `${"x".repeat(65)}@example.com`,
  `ada@${"x".repeat(64)}.com`,
  "ada@exam_ple.com",
  "\uD800@example.com",
])("%j is no e-mail address", (email) => {
  expect(() => checkUser({ email })).toThrow("user.email: must be an e-mail address");
});

test("20 000 characters that are no e-mail address are refused within milliseconds", async () => {
  const emails = [
    `${"a".repeat(20_000)}@`,
    `a@${"a.".repeat(10_000)}`,
    `a@${"a".repeat(20_000)}`,
    `a@${"a-".repeat(10_000)}`,
  ];
  const took = await cpuTimeOf(() => {
    for (const email of emails) expect(() => checkUser({ email })).toThrow("must be an e-mail address");
  });
  expect(took).toBeLessThan(100);
});

test("case, surrounding space and composition make no other address", () => {
  for (const email of [
    "josé@example.com",
    "JOSÉ@EXAMPLE.COM",
    " José@Example.com\n",
    "jose\u0301@example.com",
    "JOSE\u0301@example.com",
  ]) {
    expect(foldEmail(email)).toBe("josé@example.com");
  }
  expect(foldEmail("jose@example.com")).not.toBe(foldEmail("josé@example.com"));
});

test("folding a folded address changes nothing", () => {
  const unstable = [];
  for (let point = 0; point < 0x110000; point += 1) {
    const folded = foldEmail(`a${String.fromCodePoint(point)}b`);
    if (foldEmail(folded) !== folded) unstable.push(point.toString(16));
  }
  expect(unstable).toEqual([]);
});
