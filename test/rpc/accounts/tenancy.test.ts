import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ResourceInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { failure, fieldsOf, lastingDetails, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, all, type Services, useRoster } from "../setup.ts";

const roster = useRoster();

type Call = (services: Services, accountId: string, id: string) => Promise<unknown>;

const key = (value: string) => ({ case: "id", value }) as const;

/** A call of each RPC that names an account. */
const CALLS: Record<string, Call> = {
  CreateUser: ({ users }, accountId) => users().createUser({ accountId, user: {} }),
  UpsertUser: ({ users }, accountId, id) => users().upsertUser({ accountId, user: { id } }),
  GetUser: ({ users }, accountId, id) => users().getUser({ accountId, key: key(id) }),
  LookupUsers: ({ users }, accountId, id) => users().lookupUsers({ accountId, keys: [{ key: key(id) }] }),
  UpdateUser: ({ users }, accountId, id) => users().updateUser({ accountId, user: { id, about: "changed" } }),
  DeleteUser: ({ users }, accountId, id) => users().deleteUser({ accountId, id, allowMissing: true }),
  UndeleteUser: ({ users }, accountId, id) => users().undeleteUser({ accountId, id }),
  PurgeUser: ({ users }, accountId, id) => users().purgeUser({ accountId, id }),
  ActivateUser: ({ users }, accountId, id) => users().activateUser({ accountId, id }),
  SuspendUser: ({ users }, accountId, id) => users().suspendUser({ accountId, id }),
  ListUsers: ({ users }, accountId) => users().listUsers({ accountId }),
  ListUsersChunked: ({ users }, accountId) => all(users().listUsersChunked({ accountId })),
  ImportUsers: ({ users }, accountId) => users().importUsers({ accountId, users: [{}] }),
  CreateApiKey: ({ keys }, accountId, id) =>
    keys().createApiKey({ accountId, apiKey: { displayName: "Key", role: 1, userId: id } }),
};

describe.each(Object.entries(CALLS))("%s", (name, call) => {
  test("answers alike for an account of others and for one that does not exist", async () => {
    const [mine, foreign] = [await roster.account(), await roster.account()];
    const answers = [];
    for (const accountId of [foreign.id, "default", "nowhere", "-", "\0", "x".repeat(10_000), "A B"]) {
      const error = await failure(call(mine, accountId, foreign.ownerId), Code.PermissionDenied, "PERMISSION_DENIED");
      answers.push([error.message, JSON.stringify(lastingDetails(error))]);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect((await foreign.users().listUsers({ showDeleted: true })).users).toMatchObject([
      { id: foreign.ownerId, version: 1n },
    ]);
  });

  test("tells a super admin that an account does not exist", async () => {
    const error = await failure(call(roster, "nowhere", "id"), Code.NotFound, "ACCOUNT_NOT_FOUND");
    const [resource] = error.findDetails(ResourceInfoSchema);
    expect(resource).toMatchObject({ resourceType: "roster.v1.Account", resourceName: "nowhere" });
  });

  test("takes one's own account by name, or by none", async () => {
    const account = await roster.account();
    const ids = [];
    for (const accountId of ["", account.id]) {
      const { id } = await addUser(account.users());
      if (name === "UndeleteUser") await account.users().deleteUser({ id });
      ids.push(await call(account, accountId, id));
    }
    expect(ids).toHaveLength(2);
  });

  test("takes all accounts at once only where it lists", async () => {
    const listing = name === "ListUsers" || name === "ListUsersChunked";
    if (listing) {
      expect(await call(roster, "-", "id")).toBeDefined();
    } else {
      const error = await failure(call(roster, "-", "id"), Code.InvalidArgument, "FIELD_INVALID");
      expect(fieldsOf(error)).toEqual(["account_id"]);
    }
  });
});

describe.each(PROTOCOL_NAMES)("accounts, %s", (protocol) => {
  test("are strangers to each other: no id, external id or e-mail of one is known in the other", async () => {
    const [a, b] = [await roster.account(), await roster.account()];
    const secret = await addUser(a.users(), { id: "secret", externalId: "secret", email: "secret@b.org" });
    for (const found of [
      key(secret.id),
      { case: "externalId", value: "secret" } as const,
      { case: "email", value: "secret@b.org" } as const,
    ]) {
      await failure(b.users(protocol).getUser({ key: found }), Code.NotFound, "USER_NOT_FOUND");
    }
    const same = await b.users(protocol).createUser({ user: { id: "secret", externalId: "secret", email: "secret@b.org" } });
    expect(same).toMatchObject({ created: true, revision: 2n, user: { accountId: b.id } });
  });

  test("are acted on by a super admin as by their own", async () => {
    const { id: accountId, users } = await roster.account();
    const { user } = await roster.users(protocol).createUser({ accountId, user: { name: "Ada" } });
    expect(user?.accountId).toBe(accountId);
    expect((await users(protocol).listUsers({ pageSize: 1 })).users).toEqual([user]);
  });
});

describe("a user's account_id", () => {
  test("must be the account of the request", async () => {
    const { id: accountId, users, ownerId } = await roster.account();
    const own = { id: ownerId, accountId, about: "own" };
    expect((await users().upsertUser({ user: own })).user?.about).toBe("own");
    expect((await roster.users().updateUser({ accountId, user: { ...own, about: "by super admin" } })).user?.version).toBe(
      3n,
    );
    const call = roster.users().updateUser({ user: { ...own, about: "elsewhere" } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["user.account_id"]);
  });

  test("that is another's is refused like the request's", async () => {
    const [mine, foreign] = [await roster.account(), await roster.account()];
    for (const accountId of [foreign.id, "nowhere"]) {
      const user = { id: foreign.ownerId, accountId };
      const calls = [
        mine.users().createUser({ user }),
        mine.users().upsertUser({ user }),
        mine.users().updateUser({ user }),
        mine.users().importUsers({ users: [{}, user] }),
      ];
      await Promise.all(calls.map((call) => failure(call, Code.PermissionDenied, "PERMISSION_DENIED")));
    }
  });
});

describe("an account id that can't be one", () => {
  test.each(["\0", "a\0b", "A B", "ü", "😀", "x".repeat(129), "x".repeat(1_000_000)])(
    "is refused (%#)",
    async (accountId) => {
      const call = roster.users().listUsers({ accountId });
      expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["account_id"]);
    },
  );
});
