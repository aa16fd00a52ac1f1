import { create } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { expect, test, vi } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import { AuditAction, type AuditEntry, AuditOutcome, AuditResource } from "../../../gen/roster/v1/audit_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { permissionDenied } from "../../../src/directory/errors.ts";
import type { Caller } from "../../../src/directory/keys/api-key.ts";
import { CallIds } from "../../../src/rpc/call-ids.ts";
import { methodName, PERMISSIONS } from "../../../src/rpc/permissions/permissions.ts";
import { Refusals } from "../../../src/rpc/pipeline/refusals.ts";
import { failure } from "../../support/clients.ts";
import { collectLog } from "../../support/log.ts";
import { openTestStore } from "../../support/store.ts";
import { addUser, type Services, type TestAccount, useRoster, withRole } from "../setup.ts";

const roster = useRoster({ refusalIntervalMs: 50 });

test("a mutation that is refused leaves an entry with who tried, from where, what, and why", async () => {
  const account = await roster.account();
  await addUser(account.users(), { id: "ada" });
  const reader = await withRole(roster, account, ApiKeyRole.READER);
  await failure(reader.users().deleteUser({ id: "ada", requestId: "r1" }), Code.PermissionDenied, "PERMISSION_DENIED");
  const { apiKey } = await reader.keys().whoAmI({});
  expect(await refusalsOf(account)).toMatchObject([
    {
      method: "roster.v1.UserService/DeleteUser",
      callerUserId: account.ownerId,
      apiKeyId: apiKey?.id,
      address: "127.0.0.1",
      requestId: "r1",
      outcome: AuditOutcome.REFUSED,
      action: AuditAction.UNSPECIFIED,
      resource: AuditResource.USER,
      resourceId: "ada",
      userId: "ada",
      count: 1n,
      refusal: "this takes the role WRITER; the caller's is READER",
    },
  ]);
});

test("so does one that a rule refuses in its transaction, and a batch with rows that are refused", async () => {
  const account = await roster.account();
  const { users } = account;
  const superAdmin = { id: "eve", superAdmin: true };
  await failure(users().createUser({ user: superAdmin }), Code.PermissionDenied, "PERMISSION_DENIED");
  const rows = [{ id: "ada" }, superAdmin, { ...superAdmin, id: "mallory" }];
  const { created, failures } = await users().importUsers({ users: rows, requestId: "again" });
  expect([created, failures.length]).toEqual([1, 2]);
  await users().importUsers({ users: rows, requestId: "again" });
  expect(await refusalsOf(account)).toMatchObject([
    { method: "roster.v1.UserService/CreateUser", userId: "eve", count: 1n },
    { method: "roster.v1.UserService/ImportUsers", userId: "", count: 2n, requestId: "again" },
  ]);
});

test("whoever reaches for another account is told of in its own, whether that account exists or not, and nowhere else", async () => {
  const [account, other] = [await roster.account(), await roster.account()];
  const before = await all(other);
  for (const accountId of [other.id, "nowhere"]) {
    const call = account.users().createUser({ accountId, user: { id: "ada" } });
    await failure(call, Code.PermissionDenied, "PERMISSION_DENIED");
  }
  const asked = await refusalsOf(account);
  expect(asked.map(({ resource, resourceId, userId }) => [AuditResource[resource], resourceId, userId])).toEqual([
    ["ACCOUNT", other.id, ""],
    ["ACCOUNT", "nowhere", ""],
  ]);
  expect(await all(other)).toEqual(before);
});

test("text that no rule has checked yet is not kept", async () => {
  const account = await roster.account();
  const reader = await withRole(roster, account, ApiKeyRole.READER);
  const absurd = ["x".repeat(100_000), "a b", "\0", "é"];
  for (const id of absurd) {
    await failure(reader.users().deleteUser({ id, requestId: id }), Code.PermissionDenied, "PERMISSION_DENIED");
    await failure(reader.users().deleteUser({ accountId: id, id }), Code.PermissionDenied, "PERMISSION_DENIED");
    await failure(reader.keys().revokeApiKey({ id }), Code.PermissionDenied, "PERMISSION_DENIED");
  }
  const entries = await refusalsOf(account);
  expect(entries).toHaveLength(12);
  for (const { resourceId, userId, requestId } of entries) expect([resourceId, userId, requestId]).toEqual(["", "", ""]);
});

test("reads, what is only validated, and failures of another kind are no refusals", async () => {
  const account = await roster.account();
  const reader = await withRole(roster, account, ApiKeyRole.READER);
  await failure(reader.keys().listApiKeys({}), Code.PermissionDenied, "PERMISSION_DENIED");
  await failure(reader.users().createUser({ user: {}, validateOnly: true }), Code.PermissionDenied, "PERMISSION_DENIED");
  await failure(account.users().deleteUser({ id: "nobody" }), Code.NotFound, "USER_NOT_FOUND");
  expect(await refusalsOf(account)).toEqual([]);
});

test("however many calls of a caller are refused, few entries are written, and none is left out of their counts", async () => {
  const account = await roster.account();
  const reader = await withRole(roster, account, ApiKeyRole.READER);
  const users = reader.users();
  const calls = 200;
  await Promise.all(
    Array.from({ length: calls }, () =>
      failure(users.deleteUser({ id: "ada" }), Code.PermissionDenied, "PERMISSION_DENIED"),
    ),
  );
  const counted = async () => (await refusalsOf(account)).reduce((sum, { count }) => sum + count, 0n);
  await vi.waitFor(async () => expect(await counted()).toBe(BigInt(calls)), 20_000);
  const entries = await refusalsOf(account);
  expect(entries.filter(({ method }) => method !== "").length).toBeLessThan(60);
  expect(entries.filter(({ method }) => method === "")[0]).toMatchObject({ resourceId: "", requestId: "" });
});

async function refusalsOf({ audit }: Pick<Services, "audit">): Promise<AuditEntry[]> {
  const request = { filter: 'outcome == "REFUSED"', orderBy: "sequence", pageSize: 1000 };
  return (await audit().listAuditEntries(request)).entries;
}

async function all({ audit }: TestAccount): Promise<AuditEntry[]> {
  return (await audit().listAuditEntries({ pageSize: 1000 })).entries;
}

/** Refuses one call of the caller. */
async function refuse(refusals: Refusals, caller: Caller, ids = new CallIds({})): Promise<void> {
  const method = UserService.method.deleteUser;
  const request = create(method.input, { id: "ada" });
  const permission = PERMISSIONS.get(methodName(method)) ?? expect.fail();
  const refused = refusals.watch({ caller, ids, address: "127.0.0.1", method, permission, request }, () => {
    throw permissionDenied("no");
  });
  await expect(refused).rejects.toMatchObject({ reason: "PERMISSION_DENIED", message: "no" });
}

test("an entry that can't be written is logged, and changes nothing for the caller", async () => {
  const { store, close } = await openTestStore();
  await close();
  const { log, lines } = collectLog();
  const refusals = new Refusals(store, log);
  const ids = new CallIds({});
  await refuse(refusals, roster.server.admin, ids);
  await refusals.stop();
  expect(lines()).toMatchObject([{ level: 50, msg: "refused calls could not be written to the audit log", call: ids.call }]);
});

test("there is no log to write to, and none is missed, when the account has been deleted meanwhile", async () => {
  const { log, lines } = collectLog();
  const refusals = new Refusals(roster.server.store, log);
  await refuse(refusals, { ...roster.server.admin, accountId: "gone" });
  await refusals.stop();
  expect(lines()).toEqual([]);
});
