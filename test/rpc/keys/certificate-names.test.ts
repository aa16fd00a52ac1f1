import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ResourceInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { failure, fieldsOf } from "../../support/clients.ts";
import { addUser, present, useRoster } from "../setup.ts";

const roster = useRoster();
const PATHS = { paths: ["certificate_names"] };
let names = 0;

/** A name that no key has. */
function freeName(): string {
  names += 1;
  return `spiffe://example.org/service-${names}`;
}

/** Creates a key as the super admin does. */
async function create(accountId: string, certificateNames: string[], userId = "") {
  const apiKey = { displayName: "Service", role: ApiKeyRole.READER, userId, certificateNames };
  return present((await roster.keys().createApiKey({ accountId, apiKey })).apiKey);
}

const setNames = (accountId: string, id: string, certificateNames: string[]) =>
  roster.keys().updateApiKey({ accountId, apiKey: { id, certificateNames }, updateMask: PATHS });
const taken = (call: Promise<unknown>) => failure(call, Code.AlreadyExists, "CERTIFICATE_NAME_TAKEN");
const denied = (call: Promise<unknown>) => failure(call, Code.PermissionDenied, "PERMISSION_DENIED");

test("a key has the names that it is created with, until others are set or they are cleared", async () => {
  const account = await roster.account();
  const given = [freeName(), "billing.example.org", "billing"];
  const key = await create(account.id, given, account.ownerId);
  expect(key.certificateNames).toEqual(given);
  expect((await account.keys().getApiKey({ id: key.id })).apiKey).toEqual(key);
  expect((await account.keys().listApiKeys({})).apiKeys).toContainEqual(key);
  const changed = present((await setNames(account.id, key.id, ["billing", "orders"])).apiKey);
  expect(changed).toEqual({ ...key, certificateNames: ["billing", "orders"] });
  const renamed = { apiKey: { id: key.id, displayName: "Renamed" }, updateMask: { paths: ["display_name"] } };
  expect((await account.keys().updateApiKey(renamed)).apiKey?.certificateNames).toEqual(["billing", "orders"]);
  expect((await setNames(account.id, key.id, [])).apiKey?.certificateNames).toEqual([]);
});

test("a name that another key has is refused, whatever its account, and the error names it", async () => {
  const [one, two] = [await roster.account(), await roster.account()];
  const name = freeName();
  const key = await create(one.id, [name], one.ownerId);
  const other = await create(two.id, [], two.ownerId);
  for (const { id, ownerId } of [one, two]) {
    const error = await taken(create(id, [freeName(), name], ownerId));
    expect(error.findDetails(ResourceInfoSchema)).toMatchObject([{ resourceType: "roster.v1.ApiKey", resourceName: name }]);
  }
  await taken(setNames(two.id, other.id, [name]));
  expect((await setNames(one.id, key.id, [freeName(), name])).apiKey?.certificateNames).toHaveLength(2);
});

test("a name is free once its key is revoked, or its user deleted or purged, or its account deleted", async () => {
  const name = freeName();
  const revoked = await roster.account();
  const key = await create(revoked.id, [name], revoked.ownerId);
  const { apiKey } = await revoked.keys().revokeApiKey({ id: key.id });
  expect(apiKey?.certificateNames).toEqual([name]);
  const account = await roster.account();
  const [deleted, purged] = [await addUser(account.users()), await addUser(account.users())];
  await create(account.id, [name], deleted.id);
  await account.users().deleteUser({ id: deleted.id });
  await create(account.id, [name], purged.id);
  await account.users().undeleteUser({ id: deleted.id });
  await account.users().purgeUser({ id: purged.id });
  await create(account.id, [name], account.ownerId);
  await roster.accounts().deleteAccount({ accountId: account.id, force: true });
  const last = await roster.account();
  await create(last.id, [name], last.ownerId);
});

test.each([
  ["a SPIFFE id without a path", "spiffe://example.org"],
  ["a SPIFFE id with an empty segment", "spiffe://example.org//billing"],
  ["a SPIFFE id with a slash at its end", "spiffe://example.org/billing/"],
  ["a SPIFFE id with a query", "spiffe://example.org/billing?x=1"],
  ["a SPIFFE id with a port", "spiffe://example.org:8443/billing"],
  ["another URI", "https://example.org/billing"],
  ["a scheme in capitals", "SPIFFE://example.org/billing"],
  ["a DNS name in capitals", "Billing.example.org"],
  ["a wildcard", "*.example.org"],
  ["a DNS name with a dot at its end", "example.org."],
  ["a DNS name with a long label", `${"a".repeat(64)}.example.org`],
  ["a distinguished name", "CN=billing"],
  ["an empty name", ""],
  ["a name that is too long", `spiffe://example.org/${"a".repeat(2048)}`],
])("no name is %s", async (_, name) => {
  const { id, ownerId } = await roster.account();
  const error = await failure(create(id, ["fine", name], ownerId), Code.InvalidArgument, "FIELD_INVALID");
  expect(fieldsOf(error)).toEqual(["api_key.certificate_names[1]"]);
});

test("a key has at most sixteen names, each once, each as long as 2048 characters", async () => {
  const { id, ownerId } = await roster.account();
  const many = Array.from({ length: 16 }, () => freeName());
  const long = `spiffe://example.org/${"a".repeat(2027)}`;
  await create(id, [...many.slice(1), long], ownerId);
  for (const wrong of [
    [...many, freeName()],
    ["twice", "twice"],
  ]) {
    await failure(create(id, wrong, ownerId), Code.InvalidArgument, "FIELD_INVALID");
  }
});

test("only a super admin adds names, whether they are taken or not; an ADMIN of the account may take them away", async () => {
  const account = await roster.account();
  const [name, takenName] = [freeName(), freeName()];
  const elsewhere = await roster.account();
  await create(elsewhere.id, [takenName], elsewhere.ownerId);
  const key = await create(account.id, [name], account.ownerId);
  for (const wanted of [freeName(), takenName, name]) {
    const apiKey = { displayName: "Mine", role: ApiKeyRole.READER, certificateNames: [wanted] };
    await denied(account.keys().createApiKey({ apiKey }));
  }
  const set = (certificateNames: string[]) =>
    account.keys().updateApiKey({ apiKey: { id: key.id, certificateNames }, updateMask: PATHS });
  await denied(set([name, freeName()]));
  expect((await set([name])).apiKey?.certificateNames).toEqual([name]);
  expect((await set([])).apiKey?.certificateNames).toEqual([]);
  await denied(set([name]));
});

test("a key gives itself no names: that takes another key", async () => {
  const apiKey = { displayName: "Second", role: ApiKeyRole.ADMIN };
  const made = await roster.keys().createApiKey({ apiKey });
  const id = present(made.apiKey).id;
  const own = roster.as(made.secret).keys();
  const set = (by: typeof own, certificateNames: string[]) =>
    by.updateApiKey({ apiKey: { id, certificateNames }, updateMask: PATHS });
  const name = freeName();
  await denied(set(own, [name]));
  await set(roster.keys(), [name]);
  expect((await set(own, [name])).apiKey?.certificateNames).toEqual([name]);
  expect((await set(own, [])).apiKey?.certificateNames).toEqual([]);
});
