import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { type Accounts, addUser, useRoster } from "../setup.ts";

const roster = useRoster();

type Request = Parameters<Accounts["listAccounts"]>[0];

/** Accounts with the mark in their metadata, `0` to `4`; the odd ones are suspended, `2` has a user. */
async function begin() {
  const mark = roster.server.sources.newId("A");
  const ids: string[] = [];
  for (const [n, name] of ["Eve", "Dan", "Cleo", "Bob", "Ada"].entries()) {
    const { account } = await roster.accounts().createAccount({ account: { name, metadata: { mark, n } } });
    const id = account?.id ?? expect.fail("no account");
    ids.push(id);
    if (n % 2 === 1) await roster.accounts().suspendAccount({ accountId: id });
    if (n === 2) await addUser(roster.users(), {}, id);
  }
  const mine = `metadata.mark == "${mark}"`;
  const numbersOf = (accounts: ReadonlyArray<{ readonly id: string }>) => accounts.map(({ id }) => ids.indexOf(id)).join("");
  const listed = async ({ filter, ...request }: NonNullable<Request>, from = roster.accounts()) =>
    numbersOf((await from.listAccounts({ ...request, filter: filter ? `${mine} && (${filter})` : mine })).accounts);
  return { ids, mine, listed, numbersOf };
}

test.each(PROTOCOL_NAMES)("a filter chooses what ListAccounts lists and counts: %s", async (protocol) => {
  const { ids, listed, mine } = await begin();
  for (const [filter, numbers] of [
    ["", "01234"],
    ['status == "SUSPENDED"', "13"],
    ["metadata.n >= 3", "34"],
    ['name.startsWith("C") || name == "Ada"', "24"],
    ["revision == 0", "0134"],
    [`id == "${ids[1]}"`, "1"],
    ['create_time > timestamp("2020-01-01T00:00:00Z") && !has(metadata.none)', "01234"],
    ['slug == "nobody-has-it"', ""],
  ] as const) {
    expect([filter, await listed({ filter }, roster.accounts(protocol))]).toEqual([filter, numbers]);
    const counted = await roster
      .accounts(protocol)
      .listAccounts({ filter: filter ? `${mine} && (${filter})` : mine, countOnly: true });
    expect([filter, counted.totalSize]).toEqual([filter, BigInt(numbers.length)]);
  }
});

test("accounts are listed in the order that is asked for, by default by id", async () => {
  const { listed } = await begin();
  for (const [orderBy, numbers] of [
    ["", "01234"],
    ["id desc", "43210"],
    ["name", "43210"],
    ["name:desc", "01234"],
    ["status, name", "42031"],
    ["status desc,id", "13024"],
    ["create_time desc", "43210"],
    ["update_time", "01234"],
  ] as const) {
    expect([orderBy, await listed({ orderBy })]).toEqual([orderBy, numbers]);
  }
});

test("filtered and ordered pages of accounts go both ways, with tokens of that filter and that order", async () => {
  const { mine, numbersOf } = await begin();
  const request = { filter: mine, orderBy: "status, name", pageSize: 2 };
  const list = (more: NonNullable<Request>) => roster.accounts().listAccounts({ ...request, ...more });
  const first = await list({});
  const second = await list({ pageToken: first.nextPageToken });
  const third = await list({ pageToken: second.nextPageToken });
  expect([first, second, third].map(({ accounts }) => numbersOf(accounts))).toEqual(["42", "03", "1"]);
  expect([first.previousPageToken, third.nextPageToken]).toEqual(["", ""]);
  expect(numbersOf((await list({ pageToken: third.previousPageToken })).accounts)).toBe("03");
  expect(numbersOf((await list({ pageToken: first.nextPageToken, orderBy: "status:asc,name:asc" })).accounts)).toBe("03");
  for (const other of [{ filter: "" }, { orderBy: "" }, { orderBy: "status" }]) {
    const call = list({ ...other, pageToken: first.nextPageToken });
    await failure(call, Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
  }
});

test("a filter of accounts knows their fields, not those of users, and says where it is wrong", async () => {
  for (const [filter, offset, problem] of [
    ['has(id) && email == "x"', "11", 'there is no field "email"; there are id, name, slug, status'],
    ['status == "GONE"', "10", "it is one of ACTIVE, SUSPENDED"],
    ["name ==", "5", "syntax error"],
  ] as const) {
    const call = roster.accounts().listAccounts({ filter });
    const error = await failure(call, Code.InvalidArgument, "FILTER_INVALID");
    expect(error.rawMessage).toContain(problem);
    expect([filter, error.findDetails(ErrorInfoSchema)[0]?.metadata]).toEqual([filter, { offset }]);
    expect(fieldsOf(error)).toEqual(["filter"]);
  }
});

test.each(["email", "metadata", "revision", "account_id", "id,id", "name up"])(
  "order_by %j of accounts is refused",
  async (orderBy) => {
    const error = await failure(roster.accounts().listAccounts({ orderBy }), Code.InvalidArgument, "ORDER_BY_INVALID");
    expect(fieldsOf(error)).toEqual(["order_by"]);
  },
);
