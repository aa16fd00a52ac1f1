import { randomUUID } from "node:crypto";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { MetadataUpdate } from "../../gen/roster/v1/user_service_pb.js";
import { addUsers, getUser, useRoster } from "../rpc/setup.ts";
import { failure, fieldsOf } from "../support/clients.ts";
import { byId, JSON_OVER_HTTP } from "./calls.ts";

const roster = useRoster();
const callers = () => roster.users(JSON_OVER_HTTP);

describe("POST /users/{user_id} of Julep is UpsertUser, which", () => {
  test("creates a user under the caller's UUID, then replaces it, and says which", async () => {
    const users = callers();
    const id = randomUUID();
    const given = { id, name: "Ada Lovelace", about: "Writes programs", project: "engine", metadata: { a: 1, b: 2 } };
    const first = await users.upsertUser({ user: given });
    expect(first).toMatchObject({ created: true, user: given });
    const second = await users.upsertUser({ user: { id, name: "Ada", project: "notes", metadata: { b: 3 } } });
    expect(second).toMatchObject({ created: false, user: { name: "Ada", about: "", project: "notes" } });
    expect(second.user?.metadata).toEqual({ b: 3 });
    expect(second.user?.createTime).toEqual(first.user?.createTime);
    expect((await getUser(users, id)).project).toBe("notes");
  });

  test("takes back a user without a name just as it was read", async () => {
    const users = callers();
    const id = randomUUID();
    await users.upsertUser({ user: { id, name: "" } });
    const read = await getUser(users, id);
    expect((await users.upsertUser({ user: read })).user).toEqual(read);
  });

  test.each(["Ada", "O'Brien", "José", "नमस्ते", "李雷", "Ⅷ", "a_1", "-dash", "𝒜".repeat(120)])(
    "takes the name %j",
    async (name) => {
      expect((await callers().upsertUser({ user: { id: randomUUID(), name } })).user?.name).toBe(name);
    },
  );

  test.each(["1abc", "_abc", "Ada 🙂", "a²", "a\u00a0b", "a\0", "a\u200db", "\u0301a", " ", "𝒜".repeat(121)])(
    "refuses the name %j",
    async (name) => {
      const call = callers().upsertUser({ user: { id: randomUUID(), name } });
      expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["user.name"]);
    },
  );

  test("takes a project of a letter and then letters, digits and underscores, to its very end", async () => {
    const upsert = (project: string) => callers().upsertUser({ user: { id: randomUUID(), project } });
    for (const project of ["a", "a_1", "P".repeat(255)]) {
      expect((await upsert(project)).user?.project).toBe(project);
    }
    for (const project of ["", "1a", "_a", "a-b", "a\n", "P".repeat(256)]) {
      const error = await failure(upsert(project), Code.InvalidArgument, "FIELD_INVALID");
      expect(new Set(fieldsOf(error))).toEqual(new Set(["user.project"]));
    }
  });
});

describe("POST /users of Julep is CreateUser, which", () => {
  test("mints an id, which is no UUID, or takes the caller's UUID", async () => {
    const { user } = await callers().createUser({ user: { name: "Ada", metadata: { a: 1 } } });
    expect(user).toMatchObject({ name: "Ada", metadata: { a: 1 }, id: expect.stringMatching(/^U[0-9A-Z]{26}$/) });
    const userId = randomUUID();
    expect((await callers().createUser({ userId, user: { name: "Ada" } })).user?.id).toBe(userId);
  });
});

describe("PUT /users/{user_id} of Julep is UpdateUser with a mask, which", () => {
  const updateMask = { paths: ["name", "about", "project", "metadata"] };

  test("replaces all fields of a user, and clears those that are left out", async () => {
    const users = callers();
    const id = randomUUID();
    await users.upsertUser({
      user: { id, name: "Ada Lovelace", about: "Writes programs", project: "engine", metadata: { a: 1 } },
    });
    const { user } = await users.updateUser({ user: { id, name: "Ada" }, updateMask });
    expect(user).toMatchObject({ name: "Ada", about: "", metadata: {} });
    expect(user?.project).toBeUndefined();
  });

  test("creates nobody, as UpsertUser would", async () => {
    const call = callers().updateUser({ user: { id: randomUUID(), name: "Ada" }, updateMask });
    await failure(call, Code.NotFound, "USER_NOT_FOUND");
  });
});

test("there is no default project as in Julep: a user without one has none, and a filter finds such users", async () => {
  const accountId = await roster.emptyAccount();
  for (const [id, project] of [
    ["with", "engine"],
    ["default", "default"],
    ["without", undefined],
  ] as const) {
    await callers().upsertUser({ accountId, user: { id, ...(project && { project }) } });
  }
  const { users } = await callers().listUsers({ accountId, filter: "!has(project)" });
  expect(users.map(({ id, project }) => [id, project])).toEqual([["without", undefined]]);
});

test.each([
  ["authorization", (secret: string) => `Bearer ${secret}`, 200],
  ["x-api-key", (secret: string) => secret, 200],
  ["authorization", (secret: string) => secret, 401],
])("Julep's key in the header %s as %s is answered with %i", async (name, value, status) => {
  const headers = { "content-type": "application/json", [name]: value(roster.server.secret) };
  const url = `${roster.server.url}/roster.v1.UserService/ListUsers`;
  expect((await fetch(url, { method: "POST", headers, body: "{}" })).status).toBe(status);
});

describe("GET /users/{user_id} of Julep is GetUser, which", () => {
  test("finds a user by its UUID as the caller spelt it", async () => {
    const users = callers();
    const { user } = await users.upsertUser({ user: { id: "0198c5a2-7e1f-7c3a-9b1d-2f4e6a8c0b1d", name: "Ada" } });
    expect((await users.getUser(byId("0198c5a2-7e1f-7c3a-9b1d-2f4e6a8c0b1d"))).user).toEqual(user);
    await failure(users.getUser(byId("0198C5A2-7E1F-7C3A-9B1D-2F4E6A8C0B1D")), Code.NotFound, "USER_NOT_FOUND");
  });
});

describe("GET /users of Julep is ListUsers, which", () => {
  test("lists with limit and offset, and shows users of one moment once each", async () => {
    const accountId = await roster.emptyAccount();
    await addUsers(callers(), 20, () => randomUUID(), accountId);
    const seen: string[] = [];
    for (let skip = 0; skip < 20; skip += 3) {
      const { users } = await callers().listUsers({ accountId, skip, pageSize: 3 });
      seen.push(...users.map(({ id }) => id));
    }
    expect([seen.length, new Set(seen).size]).toEqual([20, 20]);
  });

  test("sorts by the time of the last change, in either direction", async () => {
    const accountId = await roster.emptyAccount();
    await addUsers(callers(), 3, (index) => `user-${index}`, accountId);
    await callers().updateUser({ accountId, user: { id: "user-1", about: "changed last" } });
    const sorted = async (orderBy: string) => {
      const { users } = await callers().listUsers({ accountId, orderBy });
      return users.map(({ id }) => id);
    };
    expect((await sorted("update_time:desc")).at(0)).toBe("user-1");
    expect((await sorted("update_time:asc")).at(-1)).toBe("user-1");
  });
});

describe("metadata_filter of Julep is a filter, which", () => {
  const filter = 'metadata.plan == "pro" && metadata.team.id == 7 && "beta" in metadata.tags';
  const passing = { plan: "pro", team: { id: 7, name: "Seven" }, tags: ["alpha", "beta"], more: true };

  test("finds users whose metadata has those values, and more", async () => {
    const accountId = await roster.emptyAccount();
    const others = [{}, { ...passing, plan: "free" }, { ...passing, team: { id: "7" } }, { ...passing, tags: "beta" }];
    const rows = [passing, ...others].map((metadata, index) => ({ id: `user-${index}`, metadata }));
    expect((await callers().importUsers({ accountId, users: rows })).failures).toEqual([]);
    const { users, totalSize } = await callers().listUsers({ accountId, filter, includeTotal: true });
    expect([users.map(({ id }) => id), totalSize]).toEqual([["user-0"], 1n]);
  });
});

describe("PATCH /users/{user_id} of Julep is UpdateUser, which", () => {
  const metadataUpdate = MetadataUpdate.MERGE_TOP_LEVEL;

  test("merges metadata key by key at the top level, and leaves other fields alone", async () => {
    const users = callers();
    const id = randomUUID();
    await users.upsertUser({ user: { id, name: "Ada", about: "kept", metadata: { a: { x: 1 }, b: 2, c: 3 } } });
    const { user } = await users.updateUser({ user: { id, metadata: { a: { y: 2 }, b: null } }, metadataUpdate });
    expect(user).toMatchObject({ name: "Ada", about: "kept" });
    expect(user?.metadata).toEqual({ a: { y: 2 }, b: null, c: 3 });
  });

  test("loses none of many parallel changes of different keys", async () => {
    const users = callers();
    const id = randomUUID();
    await users.upsertUser({ user: { id } });
    const keys = Array.from({ length: 40 }, (_, index) => `key${index}`);
    await Promise.all(keys.map((key) => users.updateUser({ user: { id, metadata: { [key]: true } }, metadataUpdate })));
    expect(Object.keys((await getUser(users, id)).metadata ?? {}).toSorted()).toEqual(keys.toSorted());
  });
});

describe("DELETE /users/{user_id} of Julep is PurgeUser, which", () => {
  test("erases a user, so that the UUID begins anew", async () => {
    const users = callers();
    const id = randomUUID();
    await users.upsertUser({ user: { id, about: "past" } });
    await users.purgeUser({ id });
    await failure(users.getUser(byId(id)), Code.NotFound, "USER_NOT_FOUND");
    expect(await users.upsertUser({ user: { id } })).toMatchObject({ created: true, user: { about: "", version: 1n } });
  });
});
