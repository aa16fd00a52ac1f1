import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { MetadataUpdate } from "../../../gen/roster/v1/user_service_pb.js";
import { PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUser, getUser, type Users, useRoster } from "../setup.ts";

const roster = useRoster();

/** One client per protocol, taken in turn. */
function crowd(): (index: number) => Users {
  const clients = PROTOCOL_NAMES.map((protocol) => roster.users(protocol));
  return (index) => clients[index % clients.length] ?? roster.users();
}

function times<T>(count: number, call: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => call(index)));
}

async function codeOf(call: Promise<unknown>): Promise<Code | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => ConnectError.from(error).code,
  );
}

test("fifty parallel creates with one external id make one user, and all get it", async () => {
  const users = crowd();
  const answers = await times(50, (i) => users(i).createUser({ user: { externalId: "one of fifty", about: `call ${i}` } }));
  expect(new Set(answers.map(({ user }) => user?.id)).size).toBe(1);
  expect(new Set(answers.map(({ user }) => user?.about)).size).toBe(1);
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
});

test("fifty parallel upserts with one external id make one user", async () => {
  const users = crowd();
  const answers = await times(50, (i) => users(i).upsertUser({ user: { externalId: "upserted", about: `call ${i}` } }));
  const [id] = new Set(answers.map(({ user }) => user?.id));
  expect(answers.filter(({ created }) => created)).toHaveLength(1);
  expect(await getUser(roster.users(), id ?? "")).toMatchObject({ version: 50n });
});

test("of fifty parallel creates with one e-mail, one wins and the rest are told", async () => {
  const users = crowd();
  const codes = await times(50, (i) => codeOf(users(i).createUser({ user: { email: "one@example.org" } })));
  expect(codes.filter((code) => code === undefined)).toHaveLength(1);
  expect(new Set(codes)).toEqual(new Set([undefined, Code.AlreadyExists]));
});

test("a hundred parallel merges of different metadata keys all survive", async () => {
  const { id } = await addUser(roster.users());
  const users = crowd();
  await times(100, (i) =>
    users(i).updateUser({ user: { id, metadata: { [`key${i}`]: i } }, metadataUpdate: MetadataUpdate.MERGE }),
  );
  const user = await getUser(roster.users(), id);
  expect(user.metadata).toEqual(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key${i}`, i])));
  expect(user.version).toBe(101n);
});

test("of parallel writes with one etag, one wins", async () => {
  const { id, etag } = await addUser(roster.users());
  const users = crowd();
  const codes = await times(20, (i) => codeOf(users(i).updateUser({ user: { id, etag, about: `call ${i}` } })));
  expect(codes.filter((code) => code === undefined)).toHaveLength(1);
  expect((await getUser(roster.users(), id)).version).toBe(2n);
});

test("a patch that races a delete or a purge brings nobody back", async () => {
  const users = crowd();
  await times(30, async (i) => {
    const { id } = await addUser(users(i), { about: "first" });
    const [patch, remove] = await Promise.all([
      codeOf(users(i + 1).updateUser({ user: { id, about: "second" } })),
      codeOf(i % 2 === 0 ? users(i + 2).deleteUser({ id }) : users(i + 2).purgeUser({ id })),
    ]);
    expect([undefined, Code.NotFound]).toContain(patch);
    expect(remove).toBeUndefined();
    expect(await codeOf(getUser(users(i), id))).toBe(Code.NotFound);
  });
});

test("each parallel write gets a revision of its own, without gaps", async () => {
  const { users } = await roster.account();
  const answers = await times(60, (i) => users(PROTOCOL_NAMES[i % PROTOCOL_NAMES.length]).createUser({ user: {} }));
  const revisions = answers.map(({ revision }) => Number(revision)).toSorted((a, b) => a - b);
  expect(revisions).toEqual(Array.from({ length: 60 }, (_, i) => i + 2));
});
