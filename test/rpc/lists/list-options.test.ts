import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { failure } from "../../support/clients.ts";
import { addUser, addUsers, useRoster } from "../setup.ts";

const roster = useRoster();

describe("ListUsers", () => {
  test("lets the page size change between pages", async () => {
    const accountId = await roster.emptyAccount();
    await addUsers(roster.users(), 10, (i) => `u${i}`, accountId);
    const { nextPageToken } = await roster.users().listUsers({ accountId, pageSize: 3 });
    const next = await roster.users().listUsers({ accountId, pageSize: 5, pageToken: nextPageToken });
    expect(next.users.map(({ id }) => id)).toEqual(["u6", "u5", "u4", "u3", "u2"]);
    const back = await roster.users().listUsers({ accountId, pageSize: 2, pageToken: next.previousPageToken });
    expect(back.users.map(({ id }) => id)).toEqual(["u8", "u7"]);
  });

  test("skips from where the page would have begun, in either direction", async () => {
    const accountId = await roster.emptyAccount();
    await addUsers(roster.users(), 10, (i) => `u${i}`, accountId);
    const list = async (request: { skip: number; pageToken?: string }) => {
      const page = await roster.users().listUsers({ accountId, pageSize: 2, ...request });
      return { ...page, ids: page.users.map(({ id }) => id) };
    };
    const skipped = await list({ skip: 3 });
    expect(skipped.ids).toEqual(["u6", "u5"]);
    expect((await list({ skip: 1, pageToken: skipped.nextPageToken })).ids).toEqual(["u3", "u2"]);
    expect((await list({ skip: 0, pageToken: skipped.previousPageToken })).ids).toEqual(["u8", "u7"]);
    expect((await list({ skip: 1, pageToken: skipped.previousPageToken })).ids).toEqual(["u9", "u8"]);
    expect((await list({ skip: 2 ** 31 - 1 })).ids).toEqual([]);
  });

  test("counts the whole list on request only", async () => {
    const accountId = await roster.emptyAccount();
    await addUsers(roster.users(), 7, (i) => `u${i}`, accountId);
    await roster.users().deleteUser({ accountId, id: "u3" });
    const total = async (showDeleted: boolean, includeTotal: boolean) =>
      (await roster.users().listUsers({ accountId, pageSize: 2, showDeleted, includeTotal })).totalSize;
    expect([await total(false, true), await total(true, true), await total(false, false)]).toEqual([6n, 7n, undefined]);
  });

  test("lists deleted users on request", async () => {
    const accountId = await roster.emptyAccount();
    await addUsers(roster.users(), 3, (i) => `u${i}`, accountId);
    await roster.users().deleteUser({ accountId, id: "u1" });
    const listed = async (showDeleted: boolean) =>
      (await roster.users().listUsers({ accountId, showDeleted })).users.map(({ id }) => id);
    expect([await listed(false), await listed(true)]).toEqual([
      ["u2", "u0"],
      ["u2", "u1", "u0"],
    ]);
  });

  test("returns the fields of the mask only, and refuses a mask that names none", async () => {
    const { users } = await roster.account();
    await addUser(users(), { name: "Ada", about: "About" });
    const page = await users().listUsers({ readMask: { paths: ["name"] }, pageSize: 1 });
    expect(page.users).toMatchObject([{ name: "Ada", id: "", etag: "" }]);
    expect(page.nextPageToken).not.toBe("");
    await failure(users().listUsers({ readMask: { paths: ["nope"] } }), Code.InvalidArgument, "FIELD_INVALID");
  });

  test("shows the revision at which the page is true", async () => {
    const { users } = await roster.account();
    const { revision: before } = await users().listUsers({});
    const { revision } = await users().createUser({ user: {} });
    expect([revision, (await users().listUsers({})).revision]).toEqual([before + 1n, before + 1n]);
  });

  test("lists the users of all accounts for a super admin who names -", async () => {
    const accounts = [await roster.emptyAccount(), await roster.emptyAccount()];
    for (const accountId of accounts) {
      await addUsers(roster.users(), 3, (i) => `same-${i}`, accountId);
    }
    const seen: string[] = [];
    let pageToken = "";
    do {
      const page = await roster.users().listUsers({ accountId: "-", pageSize: 2, pageToken, includeTotal: true });
      expect(page.revision).toBe(0n);
      expect(page.totalSize).toBeGreaterThan(6n);
      seen.push(...page.users.map(({ accountId, id }) => `${accountId} ${id}`));
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    expect(new Set(seen).size).toBe(seen.length);
    for (const accountId of accounts) {
      expect(seen.filter((user) => user.startsWith(accountId))).toHaveLength(3);
    }
  });
});
