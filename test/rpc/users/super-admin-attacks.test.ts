import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { beforeEach, describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import type { User } from "../../../gen/roster/v1/user_pb.js";
import { ImportMode } from "../../../gen/roster/v1/user_service_pb.js";
import { failure } from "../../support/clients.ts";
import { addUser, getUser, present, type Services, type TestAccount, useRoster, withRole } from "../setup.ts";

const roster = useRoster();

let account: TestAccount;
let writer: Services;
let boss: User;

beforeEach(async () => {
  account = await roster.account();
  writer = await withRole(roster, account, ApiKeyRole.WRITER);
  const user = { superAdmin: true, externalId: "the-boss", email: "boss@example.com", about: "private" };
  boss = await addUser(roster.users(), user, account.id);
});

const denied = (call: Promise<unknown>) => failure(call, Code.PermissionDenied, "PERMISSION_DENIED");

describe("a WRITER who is no super admin", () => {
  test("gets nothing by the request id of a super admin's call: neither its answer nor its effect", async () => {
    const { id } = boss;
    const update = { user: { id, about: "private" }, requestId: "update" };
    const rows = { users: [{ id, about: "private" }], mode: ImportMode.UPSERT, requestId: "import" };
    await roster.users().updateUser({ accountId: account.id, ...update });
    await roster.users().suspendUser({ accountId: account.id, id, requestId: "suspend" });
    await roster.users().importUsers({ accountId: account.id, ...rows });
    const before = await getUser(writer.users(), id);
    for (const call of [
      () => writer.users().updateUser(update),
      () => writer.users().updateUser({ accountId: account.id, ...update }),
      () => writer.users().suspendUser({ accountId: account.id, id, requestId: "suspend" }),
      () => writer.users().importUsers({ accountId: account.id, ...rows }),
    ]) {
      const error = await failure(call(), Code.InvalidArgument, "REQUEST_ID_REUSED");
      expect(JSON.stringify(error.details)).not.toContain("private");
    }
    expect(await getUser(writer.users(), id)).toEqual(before);
  });

  test("gives the e-mail address of a super admin to nobody", async () => {
    const users = writer.users();
    const { email = "" } = boss;
    const other = await addUser(users, { externalId: "other" });
    const spelt = email.toUpperCase();
    const taken = (call: Promise<unknown>) => failure(call, Code.AlreadyExists, "EMAIL_TAKEN");
    await taken(users.createUser({ user: { email: spelt } }));
    await taken(users.upsertUser({ user: { id: "fresh", email } }));
    await taken(users.upsertUser({ user: { externalId: "other", email } }));
    await taken(users.updateUser({ user: { id: other.id, email } }));
    for (const mode of [ImportMode.CREATE_ONLY, ImportMode.UPSERT, ImportMode.SKIP_EXISTING]) {
      const { failures } = await users.importUsers({ users: [{ id: "fresh", email }], mode });
      expect(failures.map(({ status }) => anyUnpack(present(status?.details[0]), ErrorInfoSchema)?.reason)).toEqual([
        "EMAIL_TAKEN",
      ]);
    }
    expect(await getUser(users, boss.id)).toEqual(boss);
  });

  test("gets the super admin who has an external id, and leaves it as it is", async () => {
    const { user, created } = await writer.users().createUser({ user: { externalId: "the-boss", email: "a@example.com" } });
    expect([created, user]).toEqual([false, boss]);
    const rows = [
      { id: boss.id, about: "changed" },
      { externalId: "the-boss", about: "changed" },
      { email: boss.email ?? "" },
    ];
    expect(await writer.users().importUsers({ users: rows, mode: ImportMode.SKIP_EXISTING })).toMatchObject({ skipped: 3 });
    expect(await getUser(writer.users(), boss.id)).toEqual(boss);
  });

  test("makes nobody a super admin by taking what a deleted one has left", async () => {
    await roster.users().deleteUser({ accountId: account.id, id: boss.id });
    const heir = await addUser(writer.users(), { externalId: "the-boss", email: "boss@example.com" });
    expect(heir.superAdmin).toBe(false);
    await failure(writer.users().createUser({ userId: boss.id, user: {} }), Code.AlreadyExists, "USER_ID_TAKEN");
    await failure(writer.users().upsertUser({ user: { id: boss.id } }), Code.AlreadyExists, "USER_ID_TAKEN");
    await denied(writer.users().undeleteUser({ id: boss.id }));
  });
});

describe("a super admin who is demoted", () => {
  async function risen(): Promise<{ id: string } & Services> {
    const { id } = await addUser(roster.users(), { superAdmin: true });
    const apiKey = { displayName: "Risen", userId: id, role: ApiKeyRole.ADMIN };
    return { id, ...roster.as((await roster.keys().createApiKey({ apiKey })).secret) };
  }

  const demote = (id: string) => roster.users().updateUser({ user: { id, superAdmin: false } });

  test("does nothing more, though a call that had begun may end", async () => {
    const { id, users } = await risen();
    const rows = Array.from({ length: 1000 }, (_, n) => ({ id: `row-${n}` }));
    const begun = users().importUsers({ accountId: account.id, users: rows });
    const settled = begun.then(
      ({ created }) => created,
      () => 0,
    );
    await demote(id);
    await denied(users().createUser({ user: { superAdmin: true } }));
    await denied(users().updateUser({ accountId: account.id, user: { id: boss.id, superAdmin: false } }));
    expect([0, 1000]).toContain(await settled);
    const { totalSize } = await account.users().listUsers({ includeTotal: true, filter: 'id.startsWith("row-")' });
    expect(totalSize).toBe(BigInt(await settled));
  });

  test("is not even told again what its calls elsewhere were answered", async () => {
    const { id, users, accounts } = await risen();
    const update = { accountId: account.id, user: { id: boss.id, about: "seen" }, requestId: "again" };
    const made = { account: { name: "Acme" }, requestId: "again" };
    await users().updateUser(update);
    await accounts().createAccount(made);
    await demote(id);
    await denied(users().updateUser(update));
    await denied(accounts().createAccount(made));
  });
});
