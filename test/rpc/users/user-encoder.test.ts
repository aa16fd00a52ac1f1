import { toBinary, toJson } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import { USER_DEFAULTS } from "../../../src/directory/users/user-fields.ts";
import type { JsonObject } from "../../../src/directory/values/json.ts";
import { userEncoder } from "../../../src/rpc/users/user-encoder.ts";
import { toUserMessage } from "../../../src/rpc/users/user-message.ts";
import { PROTOCOL_NAMES, type Protocol } from "../../support/clients.ts";
import { decodeUser } from "../../support/sources.ts";
import { all, useRoster } from "../setup.ts";

const roster = useRoster();

test("every protocol, binary or JSON, with a read mask or without, tells the same of a user", async () => {
  const { user } = await roster.users().createUser({
    user: { email: "ada@example.com", externalId: "x", name: "Ada", metadata: { b: [1, null], a: { z: "é" } }, about: "…" },
  });
  const id = user?.id ?? expect.fail();
  await roster.users().createUser({ user: { id: "plain" } });
  const [reference, ...others] = await Promise.all(PROTOCOL_NAMES.map((protocol) => everything(protocol, id)));
  expect(reference?.whole).toEqual(Array(6).fill(toJson(UserSchema, user ?? expect.fail())));
  expect(reference?.masked).toEqual(Array(4).fill({ id, name: "Ada" }));
  for (const other of others) expect(other).toEqual(reference);
});

test("a GET answers JSON and binary alike", async () => {
  const { user } = await roster.users().createUser({ user: { name: "Grace" } });
  const message = encodeURIComponent(JSON.stringify({ id: user?.id }));
  const url = `${roster.server.url}/roster.v1.UserService/GetUser?connect=v1&message=${message}`;
  const headers = { authorization: `Bearer ${roster.server.secret}` };
  for (const encoding of ["json", "%6ason"]) {
    for (const type of [{}, { "content-type": "application/proto" }]) {
      const response = await fetch(`${url}&encoding=${encoding}`, { headers: { ...headers, ...type } });
      expect(await response.json()).toMatchObject({ user: { name: "Grace" } });
    }
  }
});

test("the encoded form of any user is what the library for messages makes of it", () => {
  const text = fc.string({ unit: "grapheme" });
  const absent = fc.option(text);
  const time = fc.oneof(fc.constantFrom(0, 1_000_000, -1), fc.integer({ min: -6e15, max: 9e15 }));
  const count = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  const user = fc.record({
    accountId: fc.string({ minLength: 1 }),
    id: fc.string({ minLength: 1 }),
    externalId: absent,
    email: absent,
    emailVerifyTime: fc.option(time),
    name: absent,
    displayName: absent,
    about: text,
    project: absent,
    metadata: fc.dictionary(text, fc.jsonValue()) as fc.Arbitrary<JsonObject>,
    status: fc.constantFrom("INVITED", "ACTIVE", "SUSPENDED"),
    superAdmin: fc.boolean(),
    createTime: time,
    updateTime: time,
    deleteTime: fc.option(time),
    version: count,
    revision: count,
  });
  fc.assert(
    fc.property(user, (any) => {
      expect(userEncoder.encode(any)).toEqual(toBinary(UserSchema, toUserMessage(any)));
    }),
  );
});

// What is encoded is stored: a server that makes other bytes of a user must not take those for its own.
test("format 2 of encoded users has these bytes; whoever changes them counts the format up", () => {
  const encoded = userEncoder.encode({
    ...USER_DEFAULTS,
    accountId: "default",
    id: "u1",
    externalId: "x",
    email: "ada@example.com",
    emailVerifyTime: 1_600_000_000_654_321,
    name: "Ada",
    displayName: "Ada L",
    about: "…",
    project: "p",
    metadata: { a: [1, "b", null, true, {}] },
    status: "SUSPENDED",
    superAdmin: true,
    createTime: 1_700_000_000_123_456,
    updateTime: 1_700_000_001_000_000,
    deleteTime: 1_700_000_002_000_000,
    version: 3,
    revision: 300,
  });
  expect(userEncoder.format).toBe(2);
  expect(Buffer.from(encoded).toString("hex")).toMatchInlineSnapshot(
    `"0a0764656661756c74120275311a0178220f616461406578616d706c652e636f6d2a034164613205416461204c3a03e280a64201704a250a230a0161121e321c0a0911000000000000f03f0a031a01620a0208000a0220010a022a0050035801620b0880e2cfaa06108094ef3a6a060881e2cfaa0672060882e2cfaa0678038201053330302d338a010c0880a0f8fa0510e8ca80b802"`,
  );
  expect(decodeUser(encoded)).toMatchObject({ id: "u1", version: 3n });
});

/** What each read says of the user. */
async function everything(protocol: Protocol, id: string) {
  const users = roster.users(protocol);
  const key = { case: "id", value: id } as const;
  const readMask = { paths: ["id", "name"] };
  const read = async (options: { readMask?: { paths: string[] } }) => {
    const { results } = await users.lookupUsers({
      keys: [{ key }, { key: { case: "id", value: "nobody" } }, { key }],
      ...options,
    });
    expect(results.map(({ result }) => result.case)).toEqual(["user", "notFound", "user"]);
    const exported = (await all(users.listUsersChunked(options))).flatMap((chunk) => chunk.users);
    return [
      (await users.getUser({ key, ...options })).user,
      ...results.flatMap(({ result }) => (result.case === "user" ? [result.value] : [])),
      ...(await users.listUsers(options)).users.filter((user) => user.id === id),
      ...exported.filter((user) => user.id === id),
    ].map((user) => user && toJson(UserSchema, user));
  };
  const filtered = await all(users.listUsersChunked({ filter: `id == "${id}"` }));
  const whole = [...(await read({})), ...filtered.flatMap((chunk) => chunk.users).map((user) => toJson(UserSchema, user))];
  return { whole, masked: (await read({ readMask })).slice(1) };
}
