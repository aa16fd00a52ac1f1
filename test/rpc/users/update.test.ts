import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { UserSchema, UserStatus } from "../../../gen/roster/v1/user_pb.js";
import type { UserFieldName } from "../../../src/directory/users/user-fields.ts";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, getUser, useRoster } from "../setup.ts";

const roster = useRoster();
let count = 0;

/** A user with a value in every field that callers decide about. */
function addFullUser() {
  count += 1;
  return addUser(roster.users(), {
    externalId: `full ${count}`,
    email: `full${count}@example.org`,
    name: "Full",
    displayName: "Full User",
    about: "About",
    project: "project",
    metadata: { a: 1 },
    status: UserStatus.INVITED,
    superAdmin: true,
  });
}

const values = {
  external_id: { externalId: "patched" },
  email: { email: "patched@example.org" },
  email_verify_time: { emailVerifyTime: timestampFromMs(Date.UTC(2026, 0, 31)) },
  name: { name: "Patched" },
  display_name: { displayName: "Patched User" },
  about: { about: "Patched" },
  project: { project: "patched" },
  metadata: { metadata: { patched: true } },
  status: { status: UserStatus.ACTIVE },
  super_admin: { superAdmin: false },
} satisfies Record<UserFieldName, object>;
const clearable = ["external_id", "email", "email_verify_time", "name", "display_name", "about", "project", "metadata"];

describe.each(PROTOCOL_NAMES)("UpdateUser, %s", (protocol) => {
  test("changes what is present, and leaves the rest alone", async () => {
    const before = await addFullUser();
    const { user, revision } = await roster.users(protocol).updateUser({ user: { id: before.id, displayName: " New " } });
    const { version, updateTime, etag } = await getUser(roster.users(), before.id);
    expect(user).toEqual({ ...before, displayName: "New", version, updateTime, etag });
    expect(version).toBe(2n);
    expect(updateTime).not.toEqual(before.updateTime);
    expect(etag).not.toBe(before.etag);
    expect((await roster.users().listUsers({ pageSize: 1 })).revision).toBe(revision);
  });

  test("changes what the mask names, and nothing else", async () => {
    const before = await addFullUser();
    const { user } = await roster.users(protocol).updateUser({
      user: { id: before.id, about: "new", name: "Ignored", project: "ignored" },
      updateMask: { paths: ["about", "display_name"] },
    });
    expect(user).toMatchObject({ about: "new", name: "Full", project: "project" });
    expect(user?.displayName).toBeUndefined();
  });
});

describe("UpdateUser", () => {
  test.each(Object.entries(values))("changes %s alone", async (path, value) => {
    const before = await addFullUser();
    for (const updateMask of [undefined, { paths: [path, path] }]) {
      const { user } = await roster
        .users()
        .updateUser({ user: { id: before.id, ...value }, ...(updateMask && { updateMask }) });
      const { version, updateTime, etag } = await getUser(roster.users(), before.id);
      expect(user).toEqual({ ...before, ...value, version, updateTime, etag });
    }
    await roster.users().purgeUser({ id: before.id });
  });

  test.each(clearable)("clears %s when the mask names it and the user lacks it", async (path) => {
    const { id } = await addFullUser();
    await roster.users().updateUser({ user: { id }, updateMask: { paths: [path] } });
    const empty = await addUser(roster.users());
    const field = UserSchema.fields.find(({ name }) => name === path)?.localName ?? path;
    expect(Reflect.get(await getUser(roster.users(), id), field)).toEqual(Reflect.get(empty, field));
  });

  test("replaces all that can be cleared for the mask *", async () => {
    const { id } = await addFullUser();
    const { user } = await roster.users().updateUser({ user: { id, name: "Only" }, updateMask: { paths: ["*"] } });
    expect(user).toMatchObject({ name: "Only", about: "", metadata: {}, status: UserStatus.INVITED, superAdmin: true });
    expect([user?.email, user?.externalId, user?.displayName, user?.project]).toEqual(Array(4).fill(undefined));
  });

  test.each(["status", "super_admin"])("does not clear %s", async (path) => {
    const { id } = await addFullUser();
    const call = roster.users().updateUser({ user: { id }, updateMask: { paths: [path] } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual([`user.${path}`]);
  });

  test.each([
    "id",
    "account_id",
    "create_time",
    "version",
    "etag",
    "nope",
    "",
    "metadata.a",
    "displayName",
    "user.name",
    "\0",
  ])("refuses the mask path %j", async (path) => {
    const { id } = await addUser(roster.users());
    const call = roster.users().updateUser({ user: { id, name: "Ada" }, updateMask: { paths: ["name", path] } });
    expect(fieldsOf(await failure(call, Code.InvalidArgument, "FIELD_INVALID"))).toEqual(["update_mask"]);
    expect((await getUser(roster.users(), id)).version).toBe(1n);
  });

  test("writes nothing when nothing changes", async () => {
    const before = await addFullUser();
    const { revision } = await roster.users().listUsers({ pageSize: 1 });
    const { id, name, metadata, email } = before;
    for (const user of [{ id }, { id, name: name ?? "", metadata: metadata ?? {}, email: email ?? "" }]) {
      expect(await roster.users().updateUser({ user })).toMatchObject({ user: before, revision });
    }
  });

  test("is all or nothing: a taken e-mail leaves the status as it was", async () => {
    const { email } = await addFullUser();
    const before = await addFullUser();
    const call = roster.users().updateUser({ user: { id: before.id, status: UserStatus.ACTIVE, email: email ?? "" } });
    await failure(call, Code.AlreadyExists, "EMAIL_TAKEN");
    expect(await getUser(roster.users(), before.id)).toEqual(before);
  });

  test("writes only if the etag is the current one", async () => {
    const { id, etag } = await addUser(roster.users());
    await roster.users().updateUser({ user: { id, etag, about: "second" } });
    await failure(roster.users().updateUser({ user: { id, etag, about: "third" } }), Code.Aborted, "ETAG_MISMATCH");
    expect((await getUser(roster.users(), id)).about).toBe("second");
  });

  test("needs an id, of a live user", async () => {
    const error = await failure(roster.users().updateUser({ user: { name: "Ada" } }), Code.InvalidArgument, "FIELD_INVALID");
    expect(fieldsOf(error)).toEqual(["user.id"]);
    const { id } = await addUser(roster.users());
    await roster.users().deleteUser({ id });
    for (const gone of [id, "unknown"]) {
      await failure(roster.users().updateUser({ user: { id: gone, name: "Ada" } }), Code.NotFound, "USER_NOT_FOUND");
    }
  });
});
