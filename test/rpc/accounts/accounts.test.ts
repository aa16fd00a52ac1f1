import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { AccountStatus } from "../../../gen/roster/v1/account_service_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { type Accounts, addUser, present, useRoster } from "../setup.ts";

const roster = useRoster();

type NewAccount = NonNullable<Parameters<Accounts["createAccount"]>[0]["account"]>;

async function create(account: NewAccount) {
  return present((await roster.accounts().createAccount({ account })).account);
}

describe.each(PROTOCOL_NAMES)("an account, %s", (protocol) => {
  test("is created, found, listed, changed and deleted by a super admin", async () => {
    const accounts = roster.accounts(protocol);
    const { account: made } = await accounts.createAccount({
      account: { name: " Acme, Inc. ", metadata: { plan: "free" } },
    });
    const { id: accountId, slug } = present(made);
    expect(accountId).toMatch(/^A[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(made).toMatchObject({
      name: "Acme, Inc.",
      status: AccountStatus.ACTIVE,
      metadata: { plan: "free" },
      revision: 0n,
    });
    expect([slug === "acme-inc" || slug === accountId.toLowerCase(), made?.updateTime]).toEqual([true, made?.createTime]);
    expect((await accounts.getAccount({ accountId })).account).toEqual(made);
    const { accounts: listed } = await accounts.listAccounts({ pageSize: 1000 });
    expect(listed.find(({ id }) => id === accountId)).toEqual(made);
    const { account: changed } = await accounts.updateAccount({ accountId, account: { name: "Acme" } });
    expect(changed).toMatchObject({ name: "Acme", slug, metadata: { plan: "free" }, createTime: made?.createTime });
    expect([changed?.etag === made?.etag, changed?.updateTime === made?.updateTime]).toEqual([false, false]);
    await accounts.deleteAccount({ accountId });
    await failure(accounts.getAccount({ accountId }), Code.NotFound, "ACCOUNT_NOT_FOUND");
  });
});

describe("CreateAccount", () => {
  const names: Array<[string, string | RegExp]> = [
    ["Ölçme & Değer, Ltd.", "olcme-deger-ltd"],
    ["  --Spaced -- out--  ", "spaced-out"],
    ["Straße 12", "stra-e-12"],
    ["ＦＵＬＬ width", "full-width"],
    ["x".repeat(100), "x".repeat(50)],
    [`${"y".repeat(49)} z`, "y".repeat(49)],
    ["李雷", /^a[0-9a-z]{26}$/],
    ["é!", /^a[0-9a-z]{26}$/],
  ];
  test.each(names)("derives a slug from the name %j", async (name, slug) => {
    expect((await create({ name })).slug).toEqual(typeof slug === "string" ? slug : expect.stringMatching(slug));
  });

  test("gives one of many parallel calls with one name the slug of the name, and the others slugs of their ids", async () => {
    const made = await Promise.all(Array.from({ length: 20 }, () => create({ name: "Parallel Name" })));
    expect(made.filter(({ slug }) => slug === "parallel-name")).toHaveLength(1);
    expect(made.filter(({ id, slug }) => slug === id.toLowerCase())).toHaveLength(19);
  });

  test("lets one of many parallel calls with one given slug through", async () => {
    const calls = Array.from({ length: 20 }, () => create({ name: "Given", slug: "given-slug" }));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await Promise.all(calls.map((call) => call.catch(() => failure(call, Code.AlreadyExists, "SLUG_TAKEN"))));
  });

  const bad: Array<[string, NewAccount, string]> = [
    ["no name", {}, "account.name"],
    ["a name of one character", { name: " a " }, "account.name"],
    ["a name of 101 characters", { name: "a".repeat(101) }, "account.name"],
    ["a control character in the name", { name: "a\u0007b" }, "account.name"],
    ["a slug of one character", { name: "Name", slug: "a" }, "account.slug"],
    ["a slug of 51 characters", { name: "Name", slug: "a".repeat(51) }, "account.slug"],
    ["metadata over 64 KiB", { name: "Name", metadata: { a: "x".repeat(65_536) } }, "account.metadata"],
    [
      "metadata 17 levels deep",
      { name: "Name", metadata: JSON.parse(`${'{"a":'.repeat(17)}1${"}".repeat(17)}`) },
      "account.metadata",
    ],
  ];
  test.each(bad)("refuses %s", async (_, account, field) => {
    const error = await failure(roster.accounts().createAccount({ account }), Code.InvalidArgument, "FIELD_INVALID");
    expect(new Set(fieldsOf(error))).toEqual(new Set([field]));
  });

  test.each(["Upper", "under_score", "-a", "a-", "a--b", "a b", "ä-b", "a\n"])("refuses the slug %j", async (slug) => {
    const call = roster.accounts().createAccount({ account: { name: "Name", slug } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["account.slug"]);
  });

  test("keeps metadata as they are, whatever their keys", async () => {
    const metadata = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "ü": [null, true, 1.5]}');
    const { id: accountId } = await create({ name: "Metadata", metadata });
    const { account } = await roster.accounts().getAccount({ accountId });
    expect(JSON.stringify(account?.metadata)).toBe(JSON.stringify(metadata));
  });

  test("returns the first answer when its request id is repeated, and writes nothing when it only validates", async () => {
    const account = { name: "Once", slug: "once" };
    const count = async () => (await roster.accounts().listAccounts({ includeTotal: true })).totalSize ?? 0n;
    const before = await count();
    const dry = () => roster.accounts().createAccount({ account, validateOnly: true });
    expect((await dry()).account).toMatchObject(account);
    expect(await count()).toBe(before);
    const call = () => roster.accounts().createAccount({ account, requestId: "once" });
    const first = await call();
    expect(await call()).toEqual(first);
    expect(await count()).toBe(before + 1n);
    const other = roster.accounts().createAccount({ account: { name: "Twice" }, requestId: "once" });
    await failure(other, Code.InvalidArgument, "REQUEST_ID_REUSED");
    await failure(dry(), Code.AlreadyExists, "SLUG_TAKEN");
  });
});

test("an account's revision counts the changes of its users, not of its own record", async () => {
  const { id: accountId } = await create({ name: "Counted" });
  await addUser(roster.users(), {}, accountId);
  const { account } = await roster.accounts().updateAccount({ accountId, account: { name: "Renamed" } });
  expect(account?.revision).toBe(1n);
});
