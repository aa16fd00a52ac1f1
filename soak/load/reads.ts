import { equals } from "@bufbuild/protobuf";
import { type GetUserRequest, RosterError, type User, UserSchema } from "@roster/client";
import { PROMISES } from "../broken-promise.ts";
import { describe } from "../ledger/ledger.ts";
import type { UserRecord } from "../ledger/user-record.ts";
import { isDeleted, isLive, SEARCHED } from "./users.ts";
import { type Desk, pickUser, pickUsers, type Work } from "./work.ts";

/** Calls that read users: each must show exactly what was acknowledged. */
export const READ_WORK: readonly Work[] = [
  {
    methods: ["UserService/GetUser"],
    weight: 60,
    do: async (desk) => {
      const record = pickUser(desk, isLive);
      if (record !== undefined) demand(desk, record, await find(desk, keyOf(desk, record), false), record.user);
    },
  },
  {
    methods: ["UserService/GetUser"],
    weight: 4,
    do: async (desk) => {
      const record = pickUser(desk, isDeleted);
      if (record === undefined) return;
      demand(desk, record, await find(desk, { case: "id", value: record.id }, true), record.user);
      const live = await find(desk, { case: "id", value: record.id }, false);
      if (live !== undefined) throw desk.caller.ledger.broken(PROMISES.durable, record, "a deleted user is found");
    },
  },
  {
    methods: ["UserService/LookupUsers"],
    weight: 5,
    do: async (desk) => {
      const records = pickUsers(desk, 10, () => true);
      const keys = records.map((record) => ({ key: { case: "id", value: record.id } as const }));
      const { results, revision } = await desk.caller.read("UserService/LookupUsers", ({ users }) =>
        users.lookupUsers({ keys }),
      );
      desk.caller.saw("UserService/LookupUsers", revision);
      for (const [index, record] of records.entries()) {
        const found = results[index]?.result;
        demand(desk, record, found?.case === "user" ? found.value : undefined, record.isLive ? record.user : undefined);
      }
    },
  },
  {
    methods: ["UserService/ListUsers"],
    weight: 3,
    do: (desk) => list(desk, PROMISES.lists, { filter: `project == "${desk.caller.name}"` }),
  },
  {
    methods: ["UserService/ListUsers"],
    weight: 2,
    do: (desk) => list(desk, PROMISES.search, { query: `${desk.caller.name} ${SEARCHED.slice(0, 4)}` }),
  },
  {
    methods: ["UserService/ListUserChanges"],
    weight: 2,
    do: async ({ caller }) => {
      const first = await caller.read("UserService/ListUserChanges", ({ users }) => users.listUserChanges({}));
      await caller.read("UserService/ListUserChanges", ({ users }) =>
        users.listUserChanges({ changeToken: first.changeToken }),
      );
    },
  },
  {
    methods: ["UserDataService/ExportUserData"],
    weight: 1,
    do: async (desk) => {
      const record = pickUser(desk, isLive);
      if (record === undefined) return;
      const user = await desk.caller.read("UserDataService/ExportUserData", async ({ userData }) => {
        const users: User[] = [];
        for await (const { records } of userData.exportUserData({ id: record.id })) {
          users.push(...records.flatMap(({ record: one }) => (one.case === "user" ? [one.value] : [])));
        }
        return users[0];
      });
      demand(desk, record, user, record.user);
    },
  },
];

type Key = GetUserRequest["key"];

function keyOf({ caller }: Desk, { id, user }: UserRecord): Key {
  return caller.random.pick<Key>([
    { case: "id", value: id },
    { case: "email", value: user?.email?.toUpperCase() ?? "" },
    { case: "externalId", value: user?.externalId ?? "" },
  ]);
}

async function find({ caller }: Desk, key: Key, showDeleted: boolean): Promise<User | undefined> {
  try {
    const { user, revision } = await caller.read("UserService/GetUser", ({ users }) => users.getUser({ key, showDeleted }));
    caller.saw("UserService/GetUser", revision);
    return user;
  } catch (error) {
    if (RosterError.from(error).reason === "USER_NOT_FOUND") return undefined;
    throw error;
  }
}

function demand({ caller }: Desk, record: UserRecord, found: User | undefined, expected: User | undefined) {
  const isSame = found === undefined || expected === undefined ? found === expected : equals(UserSchema, found, expected);
  if (!isSame) {
    throw caller.ledger.broken(PROMISES.durable, record, `a read after the answer finds ${describe(found)}`);
  }
}

/** All live users of the desk, page by page, to and fro. */
async function list(
  { caller, users: records }: Desk,
  promise: string,
  which: { filter?: string; query?: string },
): Promise<void> {
  const found = new Map<string, User>();
  let pageToken = "";
  do {
    const request = { ...which, pageSize: 30, pageToken, orderBy: "id" };
    const page = await caller.read("UserService/ListUsers", ({ users }) => users.listUsers(request));
    for (const user of page.users) {
      if (found.has(user.id)) throw caller.ledger.broken(promise, caller.ledger.record(user.id), "it is on two pages");
      found.set(user.id, user);
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  for (const record of records.filter(({ doubt }) => doubt === undefined)) {
    const user = found.get(record.id);
    const expected = record.isLive ? record.user : undefined;
    if (user?.etag !== expected?.etag) {
      throw caller.ledger.broken(promise, record, `${JSON.stringify(which)} finds ${describe(user)}`);
    }
  }
}
