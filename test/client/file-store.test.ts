import { appendFileSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { ReplicaStore } from "@roster/client";
import { fileStore } from "@roster/client/file-store";
import { expect, onTestFinished, test } from "vitest";
import { testFolder } from "../support/folder.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const entry = (id: string, text: string) => [id, bytes(text)] as const;

function openStore(path = join(testFolder(), "users")): { store: ReplicaStore; path: string } {
  const store = fileStore(path);
  onTestFinished(() => store.close());
  return { store, path };
}

async function kept(path: string, scope = "S") {
  const { store } = openStore(path);
  const state = await store.load(scope);
  await store.close();
  return state && { ...state, users: Array.from(state.users, ([id, user]) => `${id}=${new TextDecoder().decode(user)}`) };
}

const BASE = { users: [entry("a", "1"), entry("b", "1")], changeToken: "T1", asOf: 1 };
const CHANGE = { put: [entry("a", "2"), entry("c", "1")], remove: ["b"], changeToken: "T2", asOf: 2 };
const AFTER = { users: ["a=2", "c=1"], changeToken: "T2", asOf: 2 };

test("keeps users and changes of them, for one scope", async () => {
  const { store, path } = openStore();
  expect(await store.load("S")).toBeUndefined();
  await store.replace("S", BASE);
  expect(await kept(path)).toMatchObject({ users: ["a=1", "b=1"], changeToken: "T1", asOf: 1 });
  await store.change(CHANGE);
  expect(await kept(path)).toMatchObject(AFTER);
  expect(await kept(path, "other")).toBeUndefined();
});

test("a change that was cut off anywhere counts for nothing, and the next one stands in its place", async () => {
  const { store, path } = openStore();
  await store.replace("S", BASE);
  const { size } = statSync(path);
  await store.change(CHANGE);
  const whole = readFileSync(path);
  for (let end = size; end < whole.length; end += 7) {
    truncateSync(path, size);
    appendFileSync(path, whole.subarray(size, end));
    const again = openStore(path).store;
    expect((await again.load("S"))?.changeToken).toBe("T1");
    await again.change(CHANGE);
    expect(await kept(path)).toMatchObject(AFTER);
  }
});

test("a file that was never whole counts for nothing", async () => {
  const { store, path } = openStore();
  await store.replace("S", BASE);
  const whole = readFileSync(path);
  for (const end of [0, 5, whole.indexOf("\n") + 1, whole.length - 1]) {
    truncateSync(path, 0);
    appendFileSync(path, whole.subarray(0, end));
    expect(await kept(path)).toBeUndefined();
  }
});

test("the file is written anew when changes outweigh the users, with nothing lost", async () => {
  const { store, path } = openStore();
  await store.replace("S", BASE);
  const ids = Array.from({ length: 1_000 }, (_, index) => `u${index}`);
  let largest = 0;
  for (let round = 0; round < 25; round += 1) {
    await store.change({
      put: ids.map((id) => entry(id, String(round))),
      remove: [],
      changeToken: `R${round}`,
      asOf: round,
    });
    largest = Math.max(largest, statSync(path).size);
  }
  expect(statSync(path).size).toBeLessThan(largest);
  const state = await kept(path);
  expect(state?.changeToken).toBe("R24");
  expect(state?.users).toEqual(["a=1", "b=1", ...ids.map((id) => `${id}=24`)]);
});
