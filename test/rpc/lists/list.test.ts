import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, addUsers, type Users, useRoster } from "../setup.ts";

const roster = useRoster();

type Request = Parameters<Users["listUsers"]>[0];

/** The ids of every page from the first to the last, or with the token given, in the direction of the tokens taken. */
async function walk(users: Users, request: Request, direction: "nextPageToken" | "previousPageToken" = "nextPageToken") {
  const pages: string[][] = [];
  let pageToken = request.pageToken ?? "";
  do {
    const page = await users.listUsers({ ...request, pageToken });
    pages.push(page.users.map(({ id }) => id));
    pageToken = page[direction];
  } while (pageToken !== "");
  return pages;
}

/** So many users that came one after the other, the newest first, and the caller who lists them. */
async function accountOf(count: number) {
  const accountId = await roster.emptyAccount();
  await addUsers(roster.users(), count, (i) => `U${i + 1}`, accountId);
  return { accountId, ids: Array.from({ length: count }, (_, i) => `U${count - i}`) };
}

describe.each(PROTOCOL_NAMES)("ListUsers, %s", (protocol) => {
  test("lists the newest first, in pages that a backward walk gives again in reverse", async () => {
    const { accountId, ids } = await accountOf(23);
    const users = roster.users(protocol);
    const pages = await walk(users, { accountId, pageSize: 5 });
    expect(pages.map((page) => page.length)).toEqual([5, 5, 5, 5, 3]);
    expect(pages.flat()).toEqual(ids);
    let last = await users.listUsers({ accountId, pageSize: 5 });
    while (last.nextPageToken !== "") {
      last = await users.listUsers({ accountId, pageSize: 5, pageToken: last.nextPageToken });
    }
    const back = await walk(users, { accountId, pageSize: 5, pageToken: last.previousPageToken }, "previousPageToken");
    expect(back).toEqual(pages.slice(0, -1).toReversed());
  });
});

describe("ListUsers", () => {
  test("turns round at any page", async () => {
    const { accountId } = await accountOf(20);
    const users = roster.users();
    const pages = await walk(users, { accountId, pageSize: 4 });
    const one = await users.listUsers({ accountId, pageSize: 4 });
    const two = await users.listUsers({ accountId, pageSize: 4, pageToken: one.nextPageToken });
    const three = await users.listUsers({ accountId, pageSize: 4, pageToken: two.nextPageToken });
    const backToTwo = await users.listUsers({ accountId, pageSize: 4, pageToken: three.previousPageToken });
    expect(backToTwo.users).toEqual(two.users);
    expect(await walk(users, { accountId, pageSize: 4, pageToken: backToTwo.nextPageToken })).toEqual(pages.slice(2));
    expect(
      await walk(users, { accountId, pageSize: 4, pageToken: backToTwo.previousPageToken }, "previousPageToken"),
    ).toEqual([pages[0]]);
  });

  test("gives tokens where there is more, and only there", async () => {
    const users = roster.users();
    const empty = await users.listUsers({ accountId: await roster.emptyAccount() });
    expect([empty.users, empty.nextPageToken, empty.previousPageToken]).toEqual([[], "", ""]);
    const { accountId } = await accountOf(4);
    const whole = await users.listUsers({ accountId, pageSize: 4 });
    expect([whole.users.length, whole.nextPageToken, whole.previousPageToken]).toEqual([4, "", ""]);
    const first = await users.listUsers({ accountId, pageSize: 2 });
    expect([first.nextPageToken === "", first.previousPageToken]).toEqual([false, ""]);
    const last = await users.listUsers({ accountId, pageSize: 2, pageToken: first.nextPageToken });
    expect([last.nextPageToken, last.previousPageToken === ""]).toEqual(["", false]);
  });

  test("leads back from past the end to the last page", async () => {
    const { accountId, ids } = await accountOf(6);
    const past = await roster.users().listUsers({ accountId, skip: 100 });
    expect([past.users, past.nextPageToken]).toEqual([[], ""]);
    expect(
      await walk(roster.users(), { accountId, pageSize: 4, pageToken: past.previousPageToken }, "previousPageToken"),
    ).toEqual([ids.slice(2), ids.slice(0, 2)]);
  });

  test("neither skips nor repeats rows that stay, when others come and go between two pages", async () => {
    const { accountId, ids } = await accountOf(12);
    const users = roster.users();
    const first = await users.listUsers({ accountId, pageSize: 4 });
    await users.deleteUser({ accountId, id: "U9" });
    await users.purgeUser({ accountId, id: "U11" });
    await addUser(users, { id: "newest" }, accountId);
    const rest = await walk(users, { accountId, pageSize: 4, pageToken: first.nextPageToken });
    expect(rest.flat()).toEqual(ids.slice(4));
    await users.deleteUser({ accountId, id: "U8" });
    const second = await users.listUsers({ accountId, pageSize: 4, pageToken: first.nextPageToken });
    expect(second.users.map(({ id }) => id)).toEqual(["U7", "U6", "U5", "U4"]);
    const back = await walk(users, { accountId, pageSize: 4, pageToken: second.previousPageToken }, "previousPageToken");
    expect(back.flat()).toEqual(["newest", "U12", "U10"]);
  });

  test("gives an empty page, with a way back, where all that followed is gone", async () => {
    const { accountId } = await accountOf(4);
    const first = await roster.users().listUsers({ accountId, pageSize: 2 });
    await roster.users().purgeUser({ accountId, id: "U1" });
    await roster.users().purgeUser({ accountId, id: "U2" });
    const page = await roster.users().listUsers({ accountId, pageSize: 2, pageToken: first.nextPageToken });
    expect([page.users, page.nextPageToken, page.previousPageToken === ""]).toEqual([[], "", false]);
  });

  test("takes page sizes of 0 for 50 and of more than 1000 for 1000", async () => {
    const { accountId, ids } = await accountOf(1001);
    const length = async (pageSize: number) => (await roster.users().listUsers({ accountId, pageSize })).users.length;
    expect([await length(0), await length(1), await length(1000), await length(1001), await length(2 ** 31 - 1)]).toEqual([
      50, 1, 1000, 1000, 1000,
    ]);
    expect((await walk(roster.users(), { accountId, pageSize: 1000 })).flat()).toEqual(ids);
  });

  test.each(["pageSize", "skip"])("refuses a negative %s", async (field) => {
    const error = await failure(roster.users().listUsers({ [field]: -1 }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual([field === "skip" ? "skip" : "page_size"]);
  });
});
