import { create } from "@bufbuild/protobuf";
import { createRouterTransport } from "@connectrpc/connect";
import { createRosterClient, GetUserRequestSchema, UserService } from "@roster/client";
import { expect, test } from "vitest";

// The peer here is written by hand, so that it answers with any revision.

/** A client, and what its peer was asked. The peer answers with the revisions in turn. */
function openClient(...revisions: readonly bigint[]) {
  const left = [...revisions];
  const asked: bigint[] = [];
  const answer = ({ minRevision }: { readonly minRevision: bigint }) => {
    asked.push(minRevision);
    return { revision: left.shift() ?? 0n };
  };
  const transport = createRouterTransport(({ service }) => {
    service(UserService, {
      createUser: () => ({ revision: left.shift() ?? 0n }),
      getUser: answer,
      lookupUsers: answer,
      listUsers: answer,
      async *listUsersChunked(request) {
        yield answer(request);
      },
      async *watchUsers() {
        yield { changes: [{ revision: left.shift() ?? 0n }, { revision: left.shift() ?? 0n }] };
        yield { changeToken: "nothing is new" };
      },
    });
  });
  return { users: createRosterClient({ transport }).users, asked };
}

const key = { case: "id", value: "ada" } as const;

test("every read that takes one asks for the highest revision that an answer has shown", async () => {
  const { users, asked } = openClient(5n, 7n, 7n, 8n, 9n, 9n);
  await users.getUser({ key });
  await users.createUser({});
  await users.getUser(create(GetUserRequestSchema, { key }));
  await users.lookupUsers({});
  await users.listUsers({});
  await Array.fromAsync(users.listUsersChunked({}));
  await users.getUser({ key });
  expect(asked).toEqual([0n, 7n, 7n, 8n, 9n, 9n]);
});

test("a watch shows revisions, too", async () => {
  const { users, asked } = openClient(3n, 4n);
  await Array.fromAsync(users.watchUsers({}));
  await users.getUser({ key });
  expect(asked).toEqual([4n]);
});

test("accounts have revisions of their own, and all together have none", async () => {
  const { users, asked } = openClient(5n, 6n, 7n, 5n, 6n, 7n);
  await users.getUser({ key });
  await users.getUser({ key, accountId: "A" });
  await users.listUsers({ accountId: "-" });
  await users.getUser({ key });
  await users.getUser({ key, accountId: "A" });
  await users.listUsers({ accountId: "-" });
  expect(asked).toEqual([0n, 0n, 0n, 5n, 6n, 0n]);
});

test("what the caller asks for is left as it is, and so is its message", async () => {
  const { users, asked } = openClient(5n, 5n, 5n);
  await users.getUser({ key });
  const request = create(GetUserRequestSchema, { key });
  await users.getUser(request);
  expect(request.minRevision).toBe(0n);
  await users.getUser({ key, minRevision: 3n });
  expect(asked).toEqual([0n, 5n, 3n]);
});

test("an export that is resumed and a watch of what there is show older revisions, which change nothing", async () => {
  const { users, asked } = openClient(9n, 4n, 3n, 2n, 9n);
  await users.getUser({ key });
  await Array.fromAsync(users.listUsersChunked({ resumeToken: "token" }));
  await Array.fromAsync(users.watchUsers({ start: { case: "withInitialState", value: true } }));
  await users.getUser({ key });
  expect(asked).toEqual([0n, 9n, 9n]);
});

test("a directory that was restored from a backup starts anew; an answer that was only overtaken changes nothing", async () => {
  const { users, asked } = openClient(9n, 4n, 5n, 3n, 5n);
  await users.getUser({ key });
  await users.getUser({ key });
  await users.getUser({ key });
  await users.getUser({ key, minRevision: 1n });
  await users.getUser({ key });
  expect(asked).toEqual([0n, 9n, 4n, 1n, 5n]);
});
