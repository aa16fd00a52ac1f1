import type { ReplicatedServer } from "./pair.ts";

const ID = "seen";

interface Asked {
  readonly accountId: string;
  readonly minRevision: bigint;
}

/** Every read that a replica may answer: the name that it shows of one user. */
export const READS: Readonly<Record<string, (server: ReplicatedServer, asked: Asked) => Promise<string | undefined>>> = {
  "GetUser by id": async ({ users }, asked) =>
    (await users.getUser({ key: { case: "id", value: ID }, ...asked })).user?.name,
  "GetUser by external id": async ({ users }, asked) =>
    (await users.getUser({ key: { case: "externalId", value: ID }, ...asked })).user?.name,
  "GetUser with show_deleted": async ({ users }, asked) =>
    (await users.getUser({ key: { case: "id", value: ID }, showDeleted: true, ...asked })).user?.name,
  LookupUsers: async ({ users }, asked) => {
    const { results } = await users.lookupUsers({ keys: [{ key: { case: "id", value: ID } }], ...asked });
    return results.map(({ result }) => (result.case === "user" ? result.value.name : undefined))[0];
  },
  "ListUsers along an index": async ({ users }, asked) =>
    (await users.listUsers({ pageSize: 1000, ...asked })).users.find((user) => user.id === ID)?.name,
  "ListUsers with a filter": async ({ users }, asked) =>
    (await users.listUsers({ filter: `id == "${ID}"`, ...asked })).users[0]?.name,
  "ListUsers with a query": async ({ users }, asked) => (await users.listUsers({ query: ID, ...asked })).users[0]?.name,
  ListUsersChunked: async ({ users }, asked) => {
    for await (const message of users.listUsersChunked(asked)) {
      const found = message.users.find((user) => user.id === ID);
      if (found !== undefined) return found.name;
    }
    return undefined;
  },
};
