import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { failure, fieldsOf } from "../../support/clients.ts";
import { addUser, useRoster } from "../setup.ts";

const roster = useRoster();

describe("ListUsers with a query", () => {
  test("finds users by the beginnings of their words, whatever their case and accents", async () => {
    const { users } = await roster.account();
    const ada = await addUser(users(), { name: "Ada Lovelace", email: "ada@engines.example", externalId: "crm/7" });
    await addUser(users(), { displayName: "Grace Hopper", email: "grace@navy.example" });
    const names = async (query: string) => (await users().listUsers({ query })).users.map(({ name }) => name);
    for (const query of ["love", "ÁDA lov", "lovelace, ada", "engines.ex", "crm/7", ada.id, " ada "]) {
      expect([query, await names(query)]).toEqual([query, ["Ada Lovelace"]]);
    }
    for (const query of ["ovelace", "ada grace", "crm/8", "adam"]) {
      expect([query, await names(query)]).toEqual([query, []]);
    }
    expect(await names(" ")).toHaveLength((await users().listUsers({})).users.length);
  });

  test("joins a filter, an order, the total, the skip and what is deleted", async () => {
    const accountId = await roster.emptyAccount();
    const list = (request: object) => roster.users().listUsers({ accountId, query: "ada", ...request });
    for (const n of [1, 2, 3, 4, 5]) {
      const status = n % 2 === 1 ? 2 : 3;
      await addUser(roster.users(), { id: `u${n}`, name: `Ada ${10 - n}`, status }, accountId);
    }
    await addUser(roster.users(), { id: "bo", name: "Bo" }, accountId);
    await roster.users().deleteUser({ accountId, id: "u5" });
    const seen = async (request: object) => {
      const { users, totalSize } = await list({ includeTotal: true, ...request });
      return [users.map(({ id }) => id), totalSize];
    };
    expect(await seen({})).toEqual([["u4", "u3", "u2", "u1"], 4n]);
    expect(await seen({ orderBy: "name", skip: 1, pageSize: 2 })).toEqual([["u3", "u2"], 4n]);
    expect(await seen({ filter: 'status == "ACTIVE"', showDeleted: true })).toEqual([["u5", "u3", "u1"], 3n]);
    expect((await list({ countOnly: true })).totalSize).toBe(4n);
    expect(await list({ maxTotal: 2 })).toMatchObject({ totalSize: 2n, totalExact: false });
  });

  test("pages forward and back, with tokens that are good for the same words only", async () => {
    const accountId = await roster.emptyAccount();
    for (const n of [1, 2, 3, 4, 5]) await addUser(roster.users(), { id: `u${n}`, name: "Ada" }, accountId);
    const list = async (request: object) => {
      const page = await roster.users().listUsers({ accountId, query: "ada u", pageSize: 2, ...request });
      return { ...page, ids: page.users.map(({ id }) => id) };
    };
    const first = await list({});
    const second = await list({ pageToken: first.nextPageToken, query: "U Ada" });
    const third = await list({ pageToken: second.nextPageToken });
    const back = await list({ pageToken: third.previousPageToken });
    expect([first.ids, second.ids, third.ids, back.ids]).toEqual([["u5", "u4"], ["u3", "u2"], ["u1"], ["u3", "u2"]]);
    expect([first.previousPageToken, third.nextPageToken]).toEqual(["", ""]);
    for (const query of ["", "ada", "ada u1"]) {
      const { nextPageToken: pageToken } = first;
      await failure(roster.users().listUsers({ accountId, query, pageToken }), Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
    }
  });

  test("searches all accounts for super admins, and nobody else's for others", async () => {
    const one = await roster.account();
    const two = await roster.account();
    await addUser(one.users(), { name: "Searchable One" });
    await addUser(two.users(), { name: "Searchable Two" });
    const everywhere = await roster.users().listUsers({ accountId: "-", query: "searchable", includeTotal: true });
    expect(everywhere.users.map(({ name }) => name)).toEqual(["Searchable Two", "Searchable One"]);
    expect(everywhere.totalSize).toBe(2n);
    const own = await one.users().listUsers({ query: "searchable", includeTotal: true });
    expect([own.users.map(({ name }) => name), own.totalSize]).toEqual([["Searchable One"], 1n]);
  });

  test("refuses what is too long, has too many words or none, and says so", async () => {
    const refused = async (query: string) => {
      const error = await failure(roster.users().listUsers({ query }), Code.InvalidArgument, "FIELD_INVALID");
      expect(fieldsOf(error)).toEqual(["query"]);
      return error.message;
    };
    expect(await refused("a".repeat(257))).toContain("256");
    expect(await refused(String.fromCodePoint(...Array.from({ length: 33 }, (_, n) => 0x4e00 + n)))).toContain("32 words");
    expect(await refused(Array.from({ length: 33 }, (_, n) => `${n}x`).join(" "))).toContain("at most 32 words");
    expect(await refused("%*'")).toContain("must have a letter or a digit");
    const many = Array.from({ length: 32 }, (_, n) => `${n}x`).join(" ");
    expect((await roster.users().listUsers({ query: many })).users).toEqual([]);
  });

  test("takes words of any length and script that users may have", async () => {
    const accountId = await roster.emptyAccount();
    // U+16D6A is the one that becomes most bytes.
    const longest = "\u{16D6A}".repeat(255);
    for (const externalId of [longest, "ﷺ".repeat(255), "김".repeat(255), "x".repeat(255)]) {
      await addUser(roster.users(), { externalId }, accountId);
      const { users } = await roster.users().listUsers({ accountId, query: externalId });
      expect(users.map((user) => user.externalId)).toEqual([externalId]);
    }
  });
});
