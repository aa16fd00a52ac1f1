import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createSealer, TOKEN_KEY_BYTES } from "../../../src/directory/values/sealer.ts";

const sealer = createSealer(randomBytes(TOKEN_KEY_BYTES));
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const CLAIMS = { kind: "page", at: [5, "é", null], deep: { x: true } };

test("a token opens to the claims it was sealed with", () => {
  for (const claims of [CLAIMS, [], {}, "text", 0, null, true]) {
    expect(sealer.open(sealer.seal(claims))).toEqual(claims);
  }
});

test("a token is base64url, and shows nothing of its claims", () => {
  const token = sealer.seal({ id: "U1234567890U1234567890" });
  expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(Buffer.from(token, "base64url").toString("latin1")).not.toContain("U1234567890");
});

test("the same claims are never sealed to the same token twice", () => {
  expect(new Set(Array.from({ length: 1_000 }, () => sealer.seal(CLAIMS))).size).toBe(1_000);
});

test("a token opens with the same key on another server, and with no other key", () => {
  const key = randomBytes(TOKEN_KEY_BYTES);
  const token = createSealer(key).seal(CLAIMS);
  expect(createSealer(Uint8Array.from(key)).open(token)).toEqual(CLAIMS);
  expect(sealer.open(token)).toBeUndefined();
});

test("a token with any bit of any byte flipped does not open", () => {
  const bytes = Buffer.from(sealer.seal(CLAIMS), "base64url");
  for (let bit = 0; bit < bytes.length * 8; bit += 1) {
    const flipped = Uint8Array.from(bytes, (byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    expect(sealer.open(Buffer.from(flipped).toString("base64url"))).toBeUndefined();
  }
});

test("a token with any character replaced does not open, not even by one that means the same bytes", () => {
  const token = sealer.seal({ pad: 12345 });
  for (let place = 0; place < token.length; place += 1) {
    for (const other of `${ALPHABET}+/= .é\0`) {
      if (token[place] !== other) {
        expect(sealer.open(token.slice(0, place) + other + token.slice(place + 1))).toBeUndefined();
      }
    }
  }
});

test("a token that is cut or has something added does not open", () => {
  const token = sealer.seal(CLAIMS);
  for (let length = 0; length < token.length; length += 1) {
    expect(sealer.open(token.slice(0, length))).toBeUndefined();
    expect(sealer.open(token.slice(token.length - length))).toBeUndefined();
  }
  for (const added of ["A", "=", "==", " ", "\n", "\0", token]) {
    expect(sealer.open(token + added)).toBeUndefined();
    expect(sealer.open(added + token)).toBeUndefined();
  }
});

test("garbage of every kind does not open, and does not throw", () => {
  const garbage = ["", "A", "null", "{}", "é", "\uD800", "😀".repeat(100), "%", "../../etc/passwd", "A".repeat(1_000_000)];
  for (const token of garbage) expect(sealer.open(token)).toBeUndefined();
  for (let length = 0; length < 200; length += 1) {
    expect(sealer.open(randomBytes(length).toString("base64url"))).toBeUndefined();
  }
});
