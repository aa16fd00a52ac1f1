import type { Message } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import type { User } from "../../../gen/roster/v1/user_pb.js";
import { ImportMode } from "../../../gen/roster/v1/user_service_pb.js";
import { failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, all, present, type TestAccount, useRoster } from "../setup.ts";

const roster = useRoster();

interface Options {
  readonly validateOnly: boolean;
  readonly requestId?: string;
}
type Answer = Message & { readonly revision: bigint; readonly user?: User | undefined };
type Mutate = (account: TestAccount, options: Options) => Promise<Answer>;

const full = { email: "full@b.org", externalId: "full", name: "Full", metadata: { a: 1 } };
const mutations: Array<[string, Mutate]> = [
  ["CreateUser", ({ users }, options) => users().createUser({ user: { id: "new", ...full }, ...options })],
  ["UpsertUser of a new user", ({ users }, options) => users().upsertUser({ user: { id: "new", ...full }, ...options })],
  [
    "UpsertUser of a stored user",
    ({ users, ownerId }, options) => users().upsertUser({ user: { id: ownerId, ...full }, ...options }),
  ],
  ["UpdateUser", ({ users, ownerId }, options) => users().updateUser({ user: { id: ownerId, ...full }, ...options })],
  [
    "ImportUsers",
    ({ users, ownerId }, options) =>
      users().importUsers({
        users: [{ id: ownerId, ...full }, full, {}, { name: "1" }],
        mode: ImportMode.UPSERT,
        ...options,
      }),
  ],
  [
    "BatchUpdateUsers",
    ({ users, ownerId: id }, options) =>
      users().batchUpdateUsers({ updates: [{ user: { id, ...full } }, { user: { id, name: "1" } }], ...options }),
  ],
];

/** All that can be seen of an account. */
async function stateOf({ users }: TestAccount) {
  const { users: listed, revision } = await users().listUsers({ showDeleted: true });
  const exported = await all(users().listUsersChunked({ showDeleted: true }));
  return { listed, revision, exported: exported.map((chunk) => [chunk.revision, chunk.users]) };
}

function withoutTimes({ createTime: _, updateTime: __, ...user }: User) {
  return user;
}

describe.each(mutations)("%s with validate_only", (_, mutate) => {
  test("returns what would have been returned, and leaves nothing", async () => {
    const account = await roster.account();
    const before = await stateOf(account);
    const would = await mutate(account, { validateOnly: true });
    expect(await stateOf(account)).toEqual(before);
    const did = await mutate(account, { validateOnly: false });
    expect(would.revision).toBe(before.revision + 1n);
    const { user: expected, ...rest } = did;
    expect(would).toMatchObject(rest);
    expect(would.user && withoutTimes(would.user)).toEqual(expected && withoutTimes(expected));
  });

  test("neither remembers its request id nor takes one that is remembered", async () => {
    const account = await roster.account();
    await mutate(account, { validateOnly: true, requestId: "once" });
    const { revision } = await mutate(account, { validateOnly: false, requestId: "once" });
    expect((await stateOf(account)).revision).toBe(revision);
  });
});

describe.each(PROTOCOL_NAMES)("validate_only, %s", (protocol) => {
  test("fails as the call would", async () => {
    const { users } = await roster.account();
    const { id } = await addUser(users(), full);
    const callers = users(protocol);
    const validateOnly = true;
    await failure(callers.createUser({ user: { email: "FULL@b.org" }, validateOnly }), Code.AlreadyExists, "EMAIL_TAKEN");
    await failure(callers.createUser({ userId: id, user: {}, validateOnly }), Code.AlreadyExists, "USER_ID_TAKEN");
    await failure(callers.createUser({ user: { name: "1" }, validateOnly }), Code.InvalidArgument, "FIELD_INVALID");
    await failure(callers.updateUser({ user: { id: "no" }, validateOnly }), Code.NotFound, "USER_NOT_FOUND");
    await failure(callers.upsertUser({ user: { id, etag: "old" }, validateOnly }), Code.Aborted, "ETAG_MISMATCH");
  });

  test("says that a known external id creates nothing", async () => {
    const { users } = await roster.account();
    const user = await addUser(users(), full);
    const would = await users(protocol).createUser({ user: { externalId: "full" }, validateOnly: true });
    expect(would).toMatchObject({ created: false, user: present(user) });
  });
});
