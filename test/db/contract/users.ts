import { expect, test } from "vitest";
import type { UserValues } from "../../../src/directory/users/user.ts";
import { foldEmail } from "../../../src/directory/values/email.ts";
import { newUser, openTestAccount } from "../../support/account.ts";

export function users(): void {
  test("a user is given back as it was stored", async () => {
    const { read, insert, id } = await openTestAccount();
    const ada = await insert({ id: "ada", createTime: 1_763_000_000_123_457, ...FULL });
    expect(ada).toEqual({
      ...FULL,
      accountId: id,
      id: "ada",
      createTime: 1_763_000_000_123_457,
      updateTime: 1_763_000_000_123_457,
      deleteTime: null,
      version: 1,
      revision: 1,
    });
    const found = await read(({ users }) => users.find("ada"));
    expect(found).toEqual(ada);
    expect(Object.keys(found?.metadata ?? {})).toContain("__proto__");
  });

  test("an update counts the version up and stores what it was given", async () => {
    const { read, write, insert } = await openTestAccount();
    const ada = await insert(FULL);
    const cleared: UserValues = {
      externalId: null,
      email: null,
      emailVerifyTime: null,
      name: null,
      displayName: null,
      about: "",
      project: null,
      metadata: {},
      status: "SUSPENDED",
      superAdmin: false,
    };
    const after = await write((tx) => tx.users.update(ada, { ...ada, ...cleared, updateTime: 9, deleteTime: 9 }));
    expect(after).toEqual({ ...ada, ...cleared, updateTime: 9, deleteTime: 9, version: 2, revision: 2 });
    expect(await read(({ users }) => users.find(ada.id))).toEqual(after);
  });

  test("an update changes no other user", async () => {
    const { read, write, insert } = await openTestAccount();
    const [ada, grace] = [await insert(), await insert({ id: "grace" })];
    await write((tx) => tx.users.update(ada, { ...ada, about: "new" }));
    expect(await read(({ users }) => users.find("grace"))).toEqual(grace);
  });

  test("ids are compared byte by byte", async () => {
    const { read, insert } = await openTestAccount();
    const ids = ["U1", "u1", "1", "UU1", "U1.0", "01", "%", "_", "é".normalize("NFC"), "é".normalize("NFD"), "Ｕ１"];
    for (const id of ids) await insert({ id });
    for (const id of ids) {
      expect((await read(({ users }) => users.find(id)))?.id).toBe(id);
      expect((await read(({ users }) => users.findLive("id", [id]))).map((user) => user.id)).toEqual([id]);
    }
    for (const id of ["U1 ", " U1", "U", "1.0", "+1", "", "U%", "É", "uu1"]) {
      expect(await read(({ users }) => users.find(id))).toBeUndefined();
      expect(await read(({ users }) => users.findLive("id", [id]))).toEqual([]);
    }
  });

  test("external ids are compared byte by byte", async () => {
    const { read, insert } = await openTestAccount();
    for (const externalId of ["X1", "x1", "1"]) await insert({ externalId });
    const found = await read(({ users }) => users.findLive("externalId", ["x1", "01", "X1 ", "1.0"]));
    expect(found.map(({ externalId }) => externalId)).toEqual(["x1"]);
  });

  test("e-mails are matched folded", async () => {
    const { read, insert } = await openTestAccount();
    const jose = await insert({ email: "JOSE\u0301@Example.COM" });
    const keys = ["josé@example.com", " José@EXAMPLE.com ", "JOSE\u0301@Example.COM"];
    for (const key of keys) {
      expect(await read(({ users }) => users.findLive("email", [foldEmail(key)]))).toEqual([jose]);
      expect(await read(({ users }) => users.findLive("email", [key]))).toEqual([jose]);
    }
    expect(await read(({ users }) => users.findLive("email", keys))).toEqual([jose]);
    expect(await read(({ users }) => users.findLive("email", ["jose@example.com"]))).toEqual([]);
  });

  test("a thousand keys find their users, each once, however often a key is repeated", async () => {
    const { read, write } = await openTestAccount();
    await write(async (tx) => {
      for (let n = 0; n < 600; n += 1) {
        await tx.users.insert(newUser(tx, { id: `id${n}`, externalId: `x${n}`, email: `${n}@example.com` }));
      }
    });
    const numbers = Array.from({ length: 1000 }, (_, n) => (n % 2 === 0 ? n : 500));
    const wanted = [...new Set(numbers.filter((n) => n < 600).map((n) => `id${n}`))].sort();
    const keys = {
      id: (n: number) => `id${n}`,
      externalId: (n: number) => `x${n}`,
      email: (n: number) => `${n}@Example.com`,
    };
    for (const kind of ["id", "externalId", "email"] as const) {
      const found = await read(({ users }) => users.findLive(kind, numbers.map(keys[kind])));
      expect(found.map((user) => user.id).sort()).toEqual(wanted);
    }
    expect(await read(({ users }) => users.findLive("id", []))).toEqual([]);
  });

  test("a deleted user is found by id only, and its keys are free", async () => {
    const { read, write, insert } = await openTestAccount();
    const keys = { externalId: "x", email: "ada@example.com" };
    const ada = await insert({ id: "ada", ...keys });
    const deleted = await write((tx) => tx.users.update(ada, { ...ada, deleteTime: tx.now() }));
    expect(await read(({ users }) => users.find("ada"))).toEqual(deleted);
    expect(await read(({ users }) => users.findLive("id", ["ada"]))).toEqual([]);
    expect(await read(({ users }) => users.findLive("email", [keys.email]))).toEqual([]);
    const heir = await insert(keys);
    expect(await read(({ users }) => users.findLive("email", [keys.email]))).toEqual([heir]);
    expect(await read(({ users }) => users.findLive("externalId", [keys.externalId]))).toEqual([heir]);
  });

  test("a key is known to be a deleted user's until that one is purged or back", async () => {
    const { read, write, insert } = await openTestAccount();
    const ada = await insert({ id: "ada", externalId: "x", email: "Ada@example.com" });
    const known = () =>
      read(({ users }) =>
        Promise.all([
          users.isOfDeleted("id", "ada"),
          users.isOfDeleted("externalId", "x"),
          users.isOfDeleted("email", " ADA@example.com"),
          users.isOfDeleted("externalId", "X"),
        ]),
      );
    expect(await known()).toEqual([false, false, false, false]);
    const deleted = await write((tx) => tx.users.update(ada, { ...ada, deleteTime: tx.now() }));
    expect(await known()).toEqual([true, true, true, false]);
    await write((tx) => tx.users.purge(deleted));
    expect(await known()).toEqual([false, false, false, false]);
  });

  test.each([
    ["id", { id: "ada" }],
    ["external id", { externalId: "x" }],
    ["e-mail", { email: "ADA@example.com " }],
  ])("no two live users can be stored with one %s, even if nobody has checked", async (_, clash) => {
    const { read, insert } = await openTestAccount();
    await insert({ id: "ada", externalId: "x", email: "ada@example.com" });
    await expect(insert(clash)).rejects.toThrow();
    expect(await read(({ users, account }) => Promise.all([users.count({ showDeleted: true }), account.revision]))).toEqual([
      1, 1,
    ]);
  });
}

const FULL: UserValues = {
  externalId: "auth0|42 ½",
  email: " Ada@Example.com",
  emailVerifyTime: 1_700_000_000_123_456,
  name: "Ada 李雷 O'Brien; drop table users --",
  displayName: "Countess \u{1F469}\u200D\u{1F4BB}",
  about: 'line\nline\u2028\t"quoted" \\ %_ \u{10FFFF}',
  project: "analytical_engine",
  metadata: {
    ["__proto__"]: { polluted: true },
    constructor: null,
    big: 2 ** 53,
    small: 5e-324,
    negativeZero: 0,
    nested: [{ a: [[], {}, "", false] }],
    "": "empty",
  },
  status: "INVITED",
  superAdmin: true,
};
