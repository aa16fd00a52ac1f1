import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { failure, fieldsOf } from "../../support/clients.ts";
import { cpuTimeOf } from "../../support/cpu-time.ts";
import { addUser, getUser, useRoster } from "../setup.ts";

const roster = useRoster();

async function accepts(name: string) {
  const stored = await addUser(roster.users(), { name });
  expect(await getUser(roster.users(), stored.id)).toEqual(stored);
  return stored;
}

/** The fields that are to blame. */
async function refused(name: string): Promise<string[]> {
  return fieldsOf(await failure(roster.users().createUser({ user: { name } }), Code.InvalidArgument, "FIELD_INVALID"));
}

describe("name", () => {
  const good = [
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
    "a",
    "?",
    "→ go",
  ];
  test.each(good)("may be %j", async (name) => {
    expect((await accepts(name)).name).toBe(name);
  });

  const bad = [
    "1abc",
    "_abc",
    "😀",
    "Ada 😀",
    "a²",
    "a\u00a0b",
    "a\0",
    "a\u200db",
    "\u0301abc",
    " ",
    "\t\n",
    "\u2028",
    "٣",
    "a\u0007",
  ];
  test.each(bad)("may not be %j", async (name) => {
    expect(await refused(name)).toEqual(["user.name"]);
  });

  test("may be empty, which means that there is none", async () => {
    expect((await accepts("")).name).toBeUndefined();
  });

  test("is counted in code points", async () => {
    expect((await accepts("𝒜".repeat(120))).name).toHaveLength(240);
    expect(await refused("𝒜".repeat(121))).toEqual(["user.name"]);
  });

  test("is refused quickly however long it is and wherever it fails", async () => {
    const users = roster.users();
    const refuse = (name: string) => failure(users.createUser({ user: { name } }), Code.InvalidArgument, "FIELD_INVALID");
    await refuse("1");
    const took = await cpuTimeOf(async () => {
      for (let i = 0; i < 10; i++) {
        await refuse(`${"a".repeat(20_000)}²`);
        await refuse(`${"a".repeat(119)}²`);
      }
    });
    expect(took / 20).toBeLessThan(50);
  });
});
