import type { DescService } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { beforeAll, describe, expect, test } from "vitest";
import { ApiKeyRole, ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { failure } from "../support/clients.ts";
import { ALL_ROLES, all, type Services, useRoster, withRole } from "./setup.ts";

const roster = useRoster();

type Role = keyof typeof ALL_ROLES;
type Call = (services: Services) => Promise<unknown>;

const user = { name: "1" };

/** Every RPC with the least role that it takes, and a call that succeeds or is refused for another reason. */
const CALLS: Record<string, [Role, Call]> = {
  CreateUser: ["WRITER", ({ users }) => users().createUser({ user })],
  UpsertUser: ["WRITER", ({ users }) => users().upsertUser({ user })],
  GetUser: ["READER", ({ users }) => users().getUser({ key: { case: "id", value: "nobody" } })],
  LookupUsers: ["READER", ({ users }) => users().lookupUsers({})],
  UpdateUser: ["WRITER", ({ users }) => users().updateUser({ user })],
  DeleteUser: ["WRITER", ({ users }) => users().deleteUser({ id: "nobody" })],
  UndeleteUser: ["WRITER", ({ users }) => users().undeleteUser({ id: "nobody" })],
  PurgeUser: ["WRITER", ({ users }) => users().purgeUser({ id: "nobody" })],
  ActivateUser: ["WRITER", ({ users }) => users().activateUser({ id: "nobody" })],
  SuspendUser: ["WRITER", ({ users }) => users().suspendUser({ id: "nobody" })],
  ListUsers: ["READER", ({ users }) => users().listUsers({})],
  ListUsersChunked: ["READER", ({ users }) => all(users().listUsersChunked({}))],
  ImportUsers: ["WRITER", ({ users }) => users().importUsers({})],
  CreateApiKey: ["ADMIN", ({ keys }) => keys().createApiKey({})],
  GetApiKey: ["ADMIN", ({ keys }) => keys().getApiKey({ id: "nothing" })],
  ListApiKeys: ["ADMIN", ({ keys }) => keys().listApiKeys({})],
  UpdateApiKey: ["ADMIN", ({ keys }) => keys().updateApiKey({})],
  RotateApiKey: ["ADMIN", ({ keys }) => keys().rotateApiKey({ id: "nothing" })],
  RevokeApiKey: ["ADMIN", ({ keys }) => keys().revokeApiKey({ id: "nothing" })],
  IssueNonce: ["READER", ({ keys }) => keys().issueNonce({})],
  WhoAmI: ["READER", ({ keys }) => keys().whoAmI({})],
};

const order: Role[] = ["READER", "WRITER", "ADMIN"];
const callers = new Map<Role, Services>();

beforeAll(async () => {
  const account = await roster.account();
  for (const role of order) {
    callers.set(role, await withRole(roster, account, ALL_ROLES[role]));
  }
});

test("every RPC is in the table", () => {
  const names = [UserService, ApiKeyService].flatMap(({ methods }: DescService) => methods.map(({ name }) => name));
  expect(Object.keys(CALLS).toSorted()).toEqual(names.toSorted());
});

describe.each(Object.entries(CALLS))("%s", (_, [least, call]) => {
  test.each(order)(`takes a ${least} key; asked with one of %s`, async (role) => {
    const services = callers.get(role) ?? expect.fail(`no ${role}`);
    if (order.indexOf(role) < order.indexOf(least)) {
      await failure(call(services), Code.PermissionDenied, "PERMISSION_DENIED");
    } else {
      const code = await call(services).then(
        () => undefined,
        (error: { code: Code }) => error.code,
      );
      expect([undefined, Code.InvalidArgument, Code.NotFound]).toContain(code);
    }
  });

  test("takes a key", async () => {
    await failure(call(roster.as(undefined)), Code.Unauthenticated, "API_KEY_INVALID");
  });
});

test.each([
  ["READER", ApiKeyRole.READER],
  ["WRITER", ApiKeyRole.WRITER],
] as const)("a %s key of a super admin acts on every account, as far as its role goes", async (role, number) => {
  const { secret } = await roster.keys().createApiKey({ apiKey: { displayName: "Far", role: number } });
  const { users, keys } = roster.as(secret);
  const accountId = await roster.emptyAccount();
  expect((await users().listUsers({ accountId })).users).toEqual([]);
  const create = users().createUser({ accountId, user: {} });
  if (role === "READER") {
    await failure(create, Code.PermissionDenied, "PERMISSION_DENIED");
  } else {
    expect((await create).user?.accountId).toBe(accountId);
  }
  const grant = keys().createApiKey({ apiKey: { displayName: "More", role: ApiKeyRole.ADMIN } });
  await failure(grant, Code.PermissionDenied, "PERMISSION_DENIED");
});
