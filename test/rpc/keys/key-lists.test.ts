import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, type Keys, useRoster } from "../setup.ts";

const roster = useRoster();

type Request = Parameters<Keys["listApiKeys"]>[0];

/** Keys `k0` to `k4`, and the owner's: the even ones write, `k1` and `k3` end, `k4` is Ada's and revoked, `k0` needs nonces. */
async function begin() {
  const account = await roster.account();
  const keys = account.keys();
  await addUser(account.users(), { id: "ada" });
  for (let n = 0; n < 5; n += 1) {
    const { apiKey } = await keys.createApiKey({
      apiKey: {
        displayName: `k${n}`,
        role: n % 2 === 0 ? ApiKeyRole.WRITER : ApiKeyRole.READER,
        userId: n === 4 ? "ada" : "",
        requireNonce: n === 0,
        ...(n % 2 === 1 && { expireTime: timestampFromMs(Date.UTC(2090, n)) }),
      },
    });
    if (n === 4) await keys.revokeApiKey({ id: apiKey?.id ?? "" });
  }
  const listed = async (request: Request, from = keys) => namesOf(await from.listApiKeys(request));
  return { account, keys, listed };
}

function namesOf({ apiKeys }: Awaited<ReturnType<Keys["listApiKeys"]>>): string {
  return apiKeys.map(({ displayName }) => (displayName === "Owner's key" ? "own" : displayName)).join(" ");
}

test.each(PROTOCOL_NAMES)("a filter chooses what ListApiKeys lists and counts: %s", async (protocol) => {
  const { account, listed } = await begin();
  const keys = account.keys(protocol);
  for (const [filter, names] of [
    ["", "own k0 k1 k2 k3 k4"],
    ["!has(revoke_time)", "own k0 k1 k2 k3"],
    ['role == "WRITER" && !require_nonce', "k2 k4"],
    ['expire_time < timestamp("2090-03-01T00:00:00Z")', "k1"],
    ['user_id == "ada" || display_name in ["k1"]', "k1 k4"],
    ["has(last_use_time)", "own"],
    [`account_id == "${account.id}" && display_name.startsWith("k")`, "k0 k1 k2 k3 k4"],
    ['id == "nobody"', ""],
  ] as const) {
    expect([filter, await listed({ filter }, keys)]).toEqual([filter, names]);
    const { totalSize } = await keys.listApiKeys({ filter, countOnly: true });
    expect([filter, totalSize]).toEqual([filter, BigInt(names.split(" ").filter(Boolean).length)]);
  }
});

test("keys are listed in the order that is asked for, by default oldest first", async () => {
  const { listed } = await begin();
  for (const [orderBy, names] of [
    ["", "own k0 k1 k2 k3 k4"],
    ["id desc", "k4 k3 k2 k1 k0 own"],
    ["create_time:desc", "k4 k3 k2 k1 k0 own"],
    ["display_name", "own k0 k1 k2 k3 k4"],
    ["expire_time desc", "k3 k1 k4 k2 k0 own"],
    ["role, display_name desc", "own k3 k1 k4 k2 k0"],
    ["revoke_time desc, id", "k4 own k0 k1 k2 k3"],
    ["last_use_time desc, id", "own k0 k1 k2 k3 k4"],
  ] as const) {
    expect([orderBy, await listed({ orderBy })]).toEqual([orderBy, names]);
  }
});

test("filtered and ordered pages of keys go both ways, with tokens of that filter and that order", async () => {
  const { keys } = await begin();
  const request = { filter: '!has(revoke_time) && role != "ADMIN"', orderBy: "role, display_name desc", pageSize: 2 };
  const list = (more: NonNullable<Request>) => keys.listApiKeys({ ...request, ...more });
  const first = await list({});
  const second = await list({ pageToken: first.nextPageToken });
  expect([first, second].map(namesOf)).toEqual(["k3 k1", "k2 k0"]);
  expect([first.previousPageToken, second.nextPageToken]).toEqual(["", ""]);
  expect(namesOf(await list({ pageToken: second.previousPageToken }))).toBe("k3 k1");
  expect(namesOf(await list({ pageToken: first.nextPageToken, orderBy: "role:asc,display_name:desc" }))).toBe("k2 k0");
  for (const other of [{ filter: "" }, { orderBy: "" }, { orderBy: "role" }]) {
    const call = list({ ...other, pageToken: first.nextPageToken });
    await failure(call, Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
  }
});

test("a filter of keys knows nothing of secrets, nor of metadata, and says where it is wrong", async () => {
  const { keys } = await begin();
  for (const [filter, offset, problem] of [
    ['digest == "x"', "0", 'there is no field "digest"; there are account_id, id, display_name'],
    ['has(id) && previous_digest == "x"', "11", 'there is no field "previous_digest"'],
    ['previous_expire_time > timestamp("2020-01-01T00:00:00Z")', "0", "there is no field"],
    ['secret.startsWith("roster_")', "0", 'there is no field "secret"'],
    ["metadata.a == 1", "8", 'there is no field "metadata"'],
    ['"x" in metadata.list', "15", 'there is no field "metadata"'],
    ['role == "OWNER"', "8", "it is one of SELF, READER, WRITER, ADMIN"],
  ] as const) {
    const error = await failure(keys.listApiKeys({ filter }), Code.InvalidArgument, "FILTER_INVALID");
    expect(error.rawMessage).toContain(problem);
    expect([filter, error.findDetails(ErrorInfoSchema)[0]?.metadata]).toEqual([filter, { offset }]);
    expect(fieldsOf(error)).toEqual(["filter"]);
  }
});

test.each(["digest", "previous_expire_time", "certificate_names", "account_id", "id,id", "role up"])(
  "order_by %j of keys is refused",
  async (orderBy) => {
    const error = await failure(roster.keys().listApiKeys({ orderBy }), Code.InvalidArgument, "ORDER_BY_INVALID");
    expect(fieldsOf(error)).toEqual(["order_by"]);
  },
);

test("super admins list, filter and order the keys of all accounts, and nobody else does", async () => {
  const [one, two] = [await begin(), await begin()];
  const filter = `account_id in ["${one.account.id}", "${two.account.id}"] && role == "READER"`;
  const request = { accountId: "-", filter, orderBy: "display_name desc, create_time", includeTotal: true, pageSize: 3 };
  const first = await roster.keys().listApiKeys(request);
  const second = await roster.keys().listApiKeys({ ...request, pageToken: first.nextPageToken });
  const seen = [...first.apiKeys, ...second.apiKeys].map((key) => [key.accountId, key.displayName]);
  expect(seen).toEqual([
    [one.account.id, "k3"],
    [two.account.id, "k3"],
    [one.account.id, "k1"],
    [two.account.id, "k1"],
  ]);
  expect([first.totalSize, second.nextPageToken]).toEqual([4n, ""]);
  const back = await roster.keys().listApiKeys({ ...request, pageToken: second.previousPageToken });
  expect(back.apiKeys).toEqual(first.apiKeys);
  await failure(one.keys.listApiKeys({ accountId: "-" }), Code.PermissionDenied, "PERMISSION_DENIED");
});

test("a key says whose it is, wherever it is shown, and takes no other account", async () => {
  const { account, keys } = await begin();
  const apiKey = { displayName: "Key", role: ApiKeyRole.READER };
  const made = (await keys.createApiKey({ apiKey: { ...apiKey, accountId: account.id } })).apiKey;
  const id = made?.id ?? expect.fail("no key");
  const shown = [made, (await keys.getApiKey({ id })).apiKey, (await keys.whoAmI({})).apiKey];
  expect(shown.map((key) => key?.accountId)).toEqual([account.id, account.id, account.id]);
  const others = (await roster.account()).id;
  const updateMask = { paths: ["display_name"] };
  for (const accountId of [others, "nobody"]) {
    const calls = [
      keys.createApiKey({ apiKey: { ...apiKey, accountId } }),
      keys.updateApiKey({ apiKey: { id, displayName: "Other", accountId }, updateMask }),
    ];
    for (const call of calls) await failure(call, Code.PermissionDenied, "PERMISSION_DENIED");
  }
  const call = roster.keys().createApiKey({ accountId: account.id, apiKey: { ...apiKey, accountId: others } });
  expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["api_key.account_id"]);
});
