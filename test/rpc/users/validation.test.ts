import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { failure, fieldsOf } from "../../support/clients.ts";
import { addUser, getUser, present, type Users, useRoster } from "../setup.ts";

const roster = useRoster();
type UserInit = NonNullable<Parameters<Users["createUser"]>[0]["user"]>;

async function accepts(user: UserInit) {
  const stored = await addUser(roster.users(), user);
  expect(await getUser(roster.users(), stored.id)).toEqual(stored);
  return stored;
}

/** The fields that are to blame, for create and update alike. */
async function refused(user: UserInit): Promise<string[]> {
  const { id } = await addUser(roster.users());
  const created = await failure(roster.users().createUser({ user }), Code.InvalidArgument, "FIELD_INVALID");
  const updated = await failure(roster.users().updateUser({ user: { ...user, id } }), Code.InvalidArgument, "FIELD_INVALID");
  expect(fieldsOf(updated)).toEqual(fieldsOf(created));
  expect((await getUser(roster.users(), id)).version).toBe(1n);
  return fieldsOf(created);
}

describe("display_name", () => {
  test("is trimmed before it is measured", async () => {
    expect((await accepts({ displayName: "  Jo \n" })).displayName).toBe("Jo");
    expect((await accepts({ displayName: ` ${"😀".repeat(100)} ` })).displayName).toBe("😀".repeat(100));
  });

  test.each(["", "  ", " J ", "x".repeat(101), "a\u0007b", "a\nb", "a\0b", "a\u0085b"])(
    "may not be %j",
    async (displayName) => {
      expect(await refused({ displayName })).toEqual(["user.display_name"]);
    },
  );
});

describe("external_id", () => {
  test.each(["x", " a ", "😀".repeat(255), "\u202e", "a/b?c#d"])("may be %j", async (externalId) => {
    expect((await accepts({ externalId })).externalId).toBe(externalId);
  });

  test.each(["", " ", "\u00a0\u3000", "x".repeat(256), "x".repeat(1_000_000), "a\0", "a\nb", "\u007f"])(
    "may not be %j",
    async (externalId) => {
      expect(new Set(await refused({ externalId }))).toEqual(new Set(["user.external_id"]));
    },
  );
});

describe("email", () => {
  test.each(["a@b.org", "ada.l+x@sub.example.org", "用户@例え.jp", "a@localhost", `${"a".repeat(64)}@b.org`])(
    "may be %j",
    async (email) => {
      expect((await accepts({ email })).email).toBe(email);
    },
  );

  const bad = [
    "",
    "a",
    "a@",
    "@b.org",
    "a b@c.org",
    "a@b@c.org",
    "a@b..org",
    "a@-b.org",
    "a\0@b.org",
    "a@b.org\0",
    "<a@b.org>",
  ];
  test.each([...bad, `${"a".repeat(65)}@b.org`, `a@${"b.".repeat(130)}org`])("may not be %j", async (email) => {
    expect(await refused({ email })).toEqual(["user.email"]);
  });
});

describe("about", () => {
  test("has at most 16 000 code points", async () => {
    await accepts({ about: "😀".repeat(16_000) });
    expect(await refused({ about: "😀".repeat(16_001) })).toEqual(["user.about"]);
    expect(await refused({ about: "a\0b" })).toEqual(["user.about"]);
  });
});

describe("project", () => {
  test.each(["a", "Z_9", "x".repeat(255)])("may be %j", async (project) => {
    expect((await accepts({ project })).project).toBe(project);
  });

  test.each(["", "a\n", "a-b", "1a", "_a", "é", " a", "x".repeat(256)])("may not be %j", async (project) => {
    expect(new Set(await refused({ project }))).toEqual(new Set(["user.project"]));
  });
});

describe("a request", () => {
  test("is told about every field that is wrong, not only the first", async () => {
    const blamed = await refused({ name: "1", displayName: "x", email: "none", metadata: { "": 1 } });
    expect(blamed.toSorted()).toEqual(["user.display_name", "user.email", "user.metadata", "user.name"]);
  });

  test("may not carry a status that the schema does not know", async () => {
    const status: UserStatus = JSON.parse("17");
    const error = await failure(roster.users().createUser({ user: { status } }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual(["user.status"]);
  });

  test("may carry output-only fields, which count for nothing", async () => {
    const given = { version: 9n, createTime: { seconds: 1n, nanos: 0 }, deleteTime: { seconds: 2n, nanos: 0 }, etag: "old" };
    const user = await accepts(given);
    expect(user).toMatchObject({ version: 1n, status: UserStatus.ACTIVE });
    expect([user.deleteTime, present(user.createTime).seconds > 1n]).toEqual([undefined, true]);
  });
});
