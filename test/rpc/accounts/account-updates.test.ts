import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { failure, fieldsOf } from "../../support/clients.ts";
import { present, type TestAccount, useRoster } from "../setup.ts";

const roster = useRoster();

const read = async ({ accounts }: TestAccount) => present((await accounts().getAccount({})).account);

describe("UpdateAccount", () => {
  test("is for the account's own ADMIN, who sees and changes that account alone", async () => {
    const [mine, other] = [await roster.account(), await roster.account()];
    const { account } = await mine.accounts().updateAccount({ account: { name: "Mine", metadata: { own: true } } });
    expect(account).toMatchObject({ id: mine.id, name: "Mine", metadata: { own: true } });
    expect((await read(other)).name).toBe("Test account");
  });

  test("changes what is present, or what the mask names", async () => {
    const account = await roster.account();
    const update = async (values: object, paths?: string[]) => {
      const request = { account: values, ...(paths && { updateMask: { paths } }) };
      const { account: changed } = await account.accounts().updateAccount(request);
      return [changed?.name, changed?.slug, changed?.metadata];
    };
    const slug = `slug-${account.id.toLowerCase()}`;
    expect(await update({ name: "One", metadata: { a: 1 } })).toEqual(["One", account.id.toLowerCase(), { a: 1 }]);
    expect(await update({ slug })).toEqual(["One", slug, { a: 1 }]);
    expect(await update({ name: "Two", metadata: { b: 2 } }, ["name"])).toEqual(["Two", slug, { a: 1 }]);
    expect(await update({}, ["metadata"])).toEqual(["Two", slug, {}]);
    expect(await update({ name: "Three" }, ["*"])).toEqual(["Three", slug, {}]);
  });

  test.each([
    ["name", "update_mask"],
    ["slug", "update_mask"],
    ["status", "update_mask"],
    ["id", "update_mask"],
    ["nope", "update_mask"],
    ["metadata.a", "update_mask"],
  ])("refuses to clear or change %s", async (path, field) => {
    const { accounts } = await roster.account();
    const call = accounts().updateAccount({ account: {}, updateMask: { paths: [path] } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual([field]);
  });

  test("changes neither status nor id: what is sent of those is as it was", async () => {
    const account = await roster.account();
    const before = await read(account);
    const sent = { ...before, status: 2, revision: 77n };
    expect((await account.accounts().updateAccount({ account: sent })).account).toEqual(before);
  });

  test("refuses an account whose id is not the one of the request: nobody renames their own by mistake", async () => {
    const [mine, other] = [await roster.account(), await roster.account()];
    for (const id of [other.id, "nowhere"]) {
      const call = mine.accounts().updateAccount({ account: { id, name: "Oops" } });
      await failure(call, Code.PermissionDenied, "PERMISSION_DENIED");
    }
    const call = roster.accounts().updateAccount({ account: { id: other.id, name: "Oops" } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["account.id"]);
    const right = { accountId: other.id, account: { id: other.id, name: "Right" } };
    expect((await roster.accounts().updateAccount(right)).account?.name).toBe("Right");
  });

  test("refuses a slug that another account has, and keeps the account as it was", async () => {
    const [mine, other] = [await roster.account(), await roster.account()];
    const slug = `wanted-${other.id.toLowerCase()}`;
    await other.accounts().updateAccount({ account: { slug } });
    const before = await read(mine);
    const take = () => mine.accounts().updateAccount({ account: { slug, name: "Taken" } });
    await failure(take(), Code.AlreadyExists, "SLUG_TAKEN");
    expect(await read(mine)).toEqual(before);
    await other.accounts().updateAccount({ account: { slug: `${slug}-2` } });
    expect((await take()).account).toMatchObject({ slug, name: "Taken" });
  });

  test("frees the slug of an account that is deleted", async () => {
    const { account } = await roster.accounts().createAccount({ account: { name: "Short lived", slug: "short-lived" } });
    await roster.accounts().deleteAccount({ accountId: present(account).id });
    const again = await roster.accounts().createAccount({ account: { name: "Short lived" } });
    expect(again.account?.slug).toBe("short-lived");
  });

  test("needs the current etag when it is given one, and writes nothing when nothing changes", async () => {
    const account = await roster.account();
    const before = await read(account);
    const update = (etag: string, name = "Test account") => account.accounts().updateAccount({ account: { etag, name } });
    expect((await update(before.etag)).account).toEqual(before);
    await failure(update("other", "Other"), Code.Aborted, "ETAG_MISMATCH");
    const { account: changed } = await update(before.etag, "Changed");
    await failure(update(before.etag, "Again"), Code.Aborted, "ETAG_MISMATCH");
    expect((await update(present(changed).etag, "Again")).account?.name).toBe("Again");
  });

  test("returns the first answer when its request id is repeated, and writes nothing when it only validates", async () => {
    const account = await roster.account();
    const before = await read(account);
    const dry = await account.accounts().updateAccount({ account: { name: "Dry" }, validateOnly: true });
    expect([dry.account?.name, await read(account)]).toEqual(["Dry", before]);
    const call = (name: string) => account.accounts().updateAccount({ account: { name }, requestId: "r" });
    const first = await call("First");
    await account.accounts().updateAccount({ account: { name: "Second" } });
    expect(await call("First")).toEqual(first);
    await failure(call("Third"), Code.InvalidArgument, "REQUEST_ID_REUSED");
    expect((await read(account)).name).toBe("Second");
  });
});

test("ListAccounts pages by id, byte by byte, forward and backward", async () => {
  for (const id of ["zz", "ZZ", "a1", "A1"]) await roster.emptyAccount(id);
  const list = (pageToken: string) => roster.accounts().listAccounts({ pageSize: 3, pageToken, includeTotal: true });
  const pages = [await list("")];
  for (let token = present(pages[0]).nextPageToken; token !== ""; token = present(pages.at(-1)).nextPageToken) {
    pages.push(await list(token));
  }
  const ids = pages.flatMap(({ accounts }) => accounts.map(({ id }) => id));
  expect(ids).toEqual(ids.toSorted());
  expect(ids).toEqual(expect.arrayContaining(["A1", "ZZ", "a1", "default", "zz"]));
  expect(pages[0]?.totalSize).toBe(BigInt(ids.length));
  const back: typeof pages = [];
  for (let token = present(pages.at(-1)).previousPageToken; token !== ""; token = present(back.at(-1)).previousPageToken) {
    back.push(await list(token));
  }
  const idsOf = ({ accounts }: (typeof pages)[number]) => accounts.map(({ id }) => id);
  expect(back.map(idsOf)).toEqual(pages.slice(0, -1).map(idsOf).toReversed());
  const foreign = roster.keys().listApiKeys({ pageToken: pages[0]?.nextPageToken ?? "" });
  await failure(foreign, Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
});
