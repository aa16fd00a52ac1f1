import { expect, test } from "vitest";
import type { AccountTransaction } from "../../../src/directory/store/account-view.ts";
import {
  type Batch,
  type BatchRow,
  deleteUsers,
  type Landed,
  purgeUsers,
  setUserStatuses,
  updateUsers,
} from "../../../src/directory/users/batch.ts";
import type { TakenRows } from "../../../src/directory/users/rows.ts";
import { openTestAccount } from "../../support/account.ts";

const EACH: Batch = { actor: { superAdmin: true, role: "ADMIN" }, atomicList: undefined };
const ALL_OR_NONE: Batch = { ...EACH, atomicList: "users" };

type TakeAll = (tx: AccountTransaction, batch: Batch, rows: readonly BatchRow[]) => Promise<TakenRows<unknown>>;

const takesAway: Array<[string, TakeAll]> = [
  ["suspended", (tx, batch, rows) => setUserStatuses(tx, batch, rows, "SUSPENDED")],
  ["deleted", (tx, batch, rows) => deleteUsers(tx, batch, rows, false)],
  ["purged", purgeUsers],
  [
    "demoted",
    (tx, batch, rows) =>
      updateUsers(
        tx,
        batch,
        rows.map((row) => ({ ...row, id: undefined, values: { superAdmin: false }, metadataUpdate: "REPLACE" as const })),
      ),
  ],
];

test.each(takesAway)(
  "the last active super admin is not %s, whatever a batch does to the others before",
  async (_, take) => {
    const { insert, write, read } = await openTestAccount();
    for (const id of ["a", "b", "c"]) await insert({ id, superAdmin: true });
    const rows = rowsOf("a", "b", "c");
    await expect(write((tx) => take(tx, ALL_OR_NONE, rows))).rejects.toMatchObject({
      reason: "LAST_SUPER_ADMIN",
      message: expect.stringMatching(/^row 2: /),
      details: { metadata: { index: "2" } },
    });
    expect(await read(({ account }) => Promise.resolve(account.revision))).toBe(3);
    const { landed, failures } = await write((tx) => take(tx, EACH, rows));
    expect([landed.map(({ index }) => index), failures.map(({ index, error }) => [index, error.reason])]).toEqual([
      [0, 1],
      [[2, "LAST_SUPER_ADMIN"]],
    ]);
    const left = await read(({ users }) => users.find("c"));
    expect(left).toMatchObject({ superAdmin: true, status: "ACTIVE", deleteTime: null });
  },
);

test("a batch sees the super admin that it has made before", async () => {
  const { insert, write } = await openTestAccount();
  await insert({ id: "old", superAdmin: true });
  await insert({ id: "new" });
  const [made, gone] = rowsOf("new", "old").map((row) => ({ ...row, id: undefined, metadataUpdate: "REPLACE" as const }));
  const rows = [
    { ...made, values: { superAdmin: true } },
    { ...gone, values: { superAdmin: false } },
  ] as Parameters<typeof updateUsers>[2];
  const taken: TakenRows<Landed> = await write((tx) => updateUsers(tx, ALL_OR_NONE, rows));
  expect(taken.landed.map(({ result }) => [result.user?.superAdmin, result.changed])).toEqual([
    [true, true],
    [false, true],
  ]);
});

test("a batch that fails as a whole leaves other writes of its commit as they are", async () => {
  const { insert, write, read } = await openTestAccount();
  await insert({ id: "a" });
  const before = insert({ id: "before" });
  const failed = write((tx) => deleteUsers(tx, ALL_OR_NONE, rowsOf("a", "nobody"), false));
  const after = insert({ id: "after" });
  await expect(failed).rejects.toMatchObject({ reason: "USER_NOT_FOUND" });
  await Promise.all([before, after]);
  const left = await read(({ users }) => users.findLive("id", ["a", "before", "after"]));
  expect(left.map(({ id, version }) => `${id} ${version}`).toSorted()).toEqual(["a 1", "after 1", "before 1"]);
});

function rowsOf(...ids: readonly string[]): BatchRow[] {
  return ids.map((key, index) => ({ index, key: { kind: "id", key }, etag: "" }));
}
