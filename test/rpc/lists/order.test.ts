import { beforeAll, describe, expect, test } from "vitest";
import type { User } from "../../../gen/roster/v1/user_pb.js";
import { LONG } from "../../support/bounds.ts";
import { createRandom } from "../../support/random.ts";
import { connected, type Services } from "../services.ts";
import { present, useRoster } from "../setup.ts";
import { FIELDS, fill, sorted, VALUES, walk } from "./ordered-users.ts";

const roster = useRoster();
let admin: Services;
beforeAll(() => {
  admin = connected(roster);
});

async function expectOrder(accountId: string, stored: readonly User[], orderBy: string, pageSize: number) {
  const request = { accountId, orderBy, pageSize };
  const pages = await walk(admin.users(), request, "nextPageToken");
  expect([orderBy, ...pages.flatMap(({ ids }) => ids)]).toEqual([orderBy, ...sorted(stored, orderBy)]);
  const last = present(pages.at(-1)).previousPageToken;
  const back = last === "" ? [] : await walk(admin.users(), request, "previousPageToken", last);
  expect([orderBy, ...back.map(({ ids }) => ids)]).toEqual([
    orderBy,
    ...pages
      .slice(0, -1)
      .map(({ ids }) => ids)
      .reverse(),
  ]);
}

describe("ListUsers with order_by", () => {
  test.each(FIELDS)("goes by %s, both ways, absent values first ascending and last descending", async (field) => {
    const { accountId, users } = await fill(roster, 7, 30);
    for (const direction of ["asc", "desc"]) await expectOrder(accountId, users, `${field}:${direction}`, 4);
    const { users: first } = await admin.users().listUsers({ accountId, orderBy: field, pageSize: 1 });
    const absent = users.some((user) => VALUES[field]?.(user) === undefined);
    expect(VALUES[field]?.(present(first[0])) === undefined).toBe(absent);
  });

  test.each([1, 2, 3])(
    "goes by any combination, forward and then backward the same pages reversed (seed %i)",
    async (seed) => {
      const random = createRandom(seed);
      const { accountId, users } = await fill(roster, seed, 40);
      for (let round = 0; round < 8; round += 1) {
        const fields = FIELDS.toSorted(() => random(3) - 1).slice(0, 1 + random(4));
        const orderBy = fields.map((field) => `${field}:${random(2) === 0 ? "asc" : "desc"}`).join(",");
        await expectOrder(accountId, users, orderBy, 1 + random(12));
      }
    },
  );

  test.each(["email:asc", "name:desc", "external_id:desc,id:desc", "status:asc,update_time:desc"])(
    "by %s neither skips nor repeats those who stay, whoever comes and goes between pages",
    async (orderBy) => {
      const random = createRandom(orderBy.length);
      const { accountId, users } = await fill(roster, 11, 40);
      const seen: string[] = [];
      const gone = new Set<string>();
      for (let pageToken = "", page = 0; page === 0 || pageToken !== ""; page += 1) {
        const { users: found, nextPageToken } = await admin
          .users()
          .listUsers({ accountId, orderBy, pageSize: 5, pageToken });
        seen.push(...found.map(({ id }) => id));
        pageToken = nextPageToken;
        for (const { id } of [present(found.at(-1)), present(users[random(users.length)])]) {
          gone.add(id);
          await admin.users().deleteUser({ accountId, id, allowMissing: true });
        }
        const email = `${"abz"[random(3)]}new${page}@example.org`;
        await admin.users().createUser({ accountId, user: { id: `new${page}`, name: "b", externalId: `b${page}`, email } });
      }
      expect(new Set(seen).size).toBe(seen.length);
      const stayed = sorted(users, orderBy).filter((id) => !gone.has(id));
      expect(seen.filter((id) => !id.startsWith("new") && !gone.has(id))).toEqual(stayed);
    },
  );

  test("goes by the same order over all accounts, with the account as the last key", LONG, async () => {
    const accounts = [await roster.emptyAccount(), await roster.emptyAccount()];
    const users = [{ id: "same", name: "\u{10450}" }, { id: "other" }];
    for (const accountId of accounts) await admin.users().importUsers({ accountId, users });
    const pages = await walk(admin.users(), { accountId: "-", orderBy: "name desc,id", pageSize: 3 }, "nextPageToken");
    const ids = pages.flatMap((page) => page.ids);
    expect(ids.slice(0, 2)).toEqual(["same", "same"]);
    expect(ids.filter((id) => id === "other")).toHaveLength(2);
    const last = present(pages.at(-1)).previousPageToken;
    const back = await walk(
      admin.users(),
      { accountId: "-", orderBy: "name:desc, id asc", pageSize: 3 },
      "previousPageToken",
      last,
    );
    expect(back.map((page) => page.ids)).toEqual(
      pages
        .slice(0, -1)
        .map((page) => page.ids)
        .reverse(),
    );
  });
});
