import { expect, test } from "vitest";
import { createIdSource } from "../../../src/directory/values/id.ts";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

test("an id is its prefix and 26 Crockford base32 characters", () => {
  const newId = createIdSource();
  for (const prefix of ["U", "K", "A", "S"] as const) {
    expect(newId(prefix)).toMatch(new RegExp(`^${prefix}[0-7][${CROCKFORD}]{25}$`));
  }
});

test("an id holds a UUID version 7 with its time", () => {
  const uuid = decode(createIdSource(() => 0x0192_3456_789a)("U"));
  expect(uuid).toMatch(/^01923456789a7000[89ab][0-9a-f]{15}$/);
});

test("a hundred thousand ids are all different, and rise byte by byte", () => {
  const newId = createIdSource();
  const ids = Array.from({ length: 100_000 }, () => newId("U"));
  expectRising(ids);
});

test("ids rise within a millisecond, beyond what its counter holds", () => {
  const newId = createIdSource(() => 1_700_000_000_000);
  expectRising(Array.from({ length: 10_000 }, () => newId("U")));
});

test("ids rise when the clock steps back, and when it goes on from there", () => {
  let now = 1_700_000_000_000;
  const newId = createIdSource(() => now);
  const ids = [newId("U"), newId("U")];
  for (const step of [-60_000, 1, 1, 70_000, 0, -1]) {
    now += step;
    ids.push(newId("U"), newId("U"));
  }
  expectRising(ids);
});

test("when the clock has caught up, ids carry its time again", () => {
  let now = 1_000;
  const newId = createIdSource(() => now);
  for (let count = 0; count < 10_000; count += 1) newId("U");
  now = 2_000;
  expect(decode(newId("U"))).toMatch(/^0000000007d07000/);
});

test("two sources never give the same id, even at the same moment", () => {
  const sources = [createIdSource(() => 5), createIdSource(() => 5)];
  const ids = sources.flatMap((newId) => Array.from({ length: 5_000 }, () => newId("U")));
  expect(new Set(ids).size).toBe(ids.length);
});

function expectRising(ids: string[]): void {
  expect(ids.filter((id, index) => index > 0 && !((ids[index - 1] ?? "") < id))).toEqual([]);
}

/** The 128 bits of the id, in hexadecimal. */
function decode(id: string): string {
  const bits = [...id.slice(1)].reduce((sum, character) => sum * 32n + BigInt(CROCKFORD.indexOf(character)), 0n);
  return bits.toString(16).padStart(32, "0");
}
