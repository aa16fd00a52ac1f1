import { afterAll, beforeAll, expect } from "vitest";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import type { Session } from "../../gen/roster/v1/session_service_pb.js";
import type { User } from "../../gen/roster/v1/user_pb.js";
import type { ListUsersChunkedResponse } from "../../gen/roster/v1/user_service_pb.js";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { insertApiKey } from "../../src/directory/keys/api-keys.ts";
import { USER_DEFAULTS } from "../../src/directory/users/user-fields.ts";
import { insertUser } from "../../src/directory/users/users.ts";
import { type Clock, createClock, type Micros } from "../../src/directory/values/clock.ts";
import type { ServerOptions } from "../../src/server/server.ts";
import { createKey } from "../support/clients.ts";
import { startTestServer, type TestServer } from "../support/server.ts";
import {
  type Accounts,
  type Keys,
  type Services,
  type Sessions,
  servicesOf,
  type UserData,
  type Users,
} from "./services.ts";

export type { Accounts, Keys, Services, Sessions, UserData, Users };

/** One server for all tests of a file, called by its first super admin. */
export interface Roster extends Services {
  readonly server: TestServer;
  /** Creates an account, called by its own ADMIN. */
  account(id?: string): Promise<TestAccount>;
  /** Creates an account without users. */
  emptyAccount(id?: string): Promise<string>;
  /** What a caller with this secret can call. */
  as(secret: string | undefined): Services;
}

export interface TestAccount extends Services {
  readonly id: string;
  /** The account's only user: an active one, who is no super admin. */
  readonly ownerId: string;
  /** Of the owner's ADMIN key. */
  readonly secret: string;
}

export function useRoster(options: Partial<ServerOptions> = {}): Roster {
  let started: TestServer | undefined;
  beforeAll(async () => {
    started = await startTestServer(options);
  });
  afterAll(() => started?.stop());
  const server = () => started ?? expect.fail("the server has not started");
  const as = (secret: string | undefined) => servicesOf(server().url, secret);
  return {
    get server() {
      return server();
    },
    users: (protocol) => as(server().secret).users(protocol),
    keys: (protocol) => as(server().secret).keys(protocol),
    sessions: (protocol) => as(server().secret).sessions(protocol),
    accounts: (protocol) => as(server().secret).accounts(protocol),
    audit: (protocol) => as(server().secret).audit(protocol),
    userData: (protocol) => as(server().secret).userData(protocol),
    info: (protocol) => as(server().secret).info(protocol),
    as,
    account: async (id = server().sources.newId("A")) => {
      const { ownerId, secret } = await createAccount(server(), id);
      return { id, ownerId, secret, ...as(secret) };
    },
    emptyAccount: async (id = server().sources.newId("A")) => {
      await server().store.createAccount({ id, name: "Empty", slug: id, metadata: {} }, async () => true);
      return id;
    },
  };
}

async function createAccount({ store, sources }: TestServer, id: string): Promise<{ ownerId: string; secret: string }> {
  const secret = mintSecret(sources.newId("K"));
  const created = await store.createAccount(
    { id, name: "Test account", slug: id.toLowerCase(), metadata: {} },
    async (tx) => {
      const { id: userId } = await insertUser(tx, { ...USER_DEFAULTS, displayName: "Owner" });
      await insertApiKey(
        tx,
        { displayName: "Owner's key", userId, role: "ADMIN", expireTime: null, requireNonce: false, rateLimit: null },
        secret,
      );
      return { ownerId: userId, secret };
    },
  );
  return created ?? expect.fail(`account ${id} exists`);
}

export const ALL_ROLES = { READER: ApiKeyRole.READER, WRITER: ApiKeyRole.WRITER, ADMIN: ApiKeyRole.ADMIN } as const;

/** Services called with a new key of that role, for a user of the account, or else for its owner. */
export async function withRole(roster: Roster, account: TestAccount, role: ApiKeyRole, userId = ""): Promise<Services> {
  return roster.as(await createKey(roster.server.url, account.secret, role, userId));
}

/** A clock that shows the real time until it is put forward. */
export function adjustableClock(): { now: Clock; advance(by: Micros): void } {
  let ahead = 0;
  return {
    now: createClock(() => Date.now() + ahead),
    advance(by) {
      ahead += by / 1000;
    },
  };
}

export async function addUser(
  users: Users,
  user: Parameters<Users["createUser"]>[0]["user"] = {},
  accountId = "",
): Promise<User> {
  return present((await users.createUser({ accountId, user })).user);
}

export async function addSession(
  sessions: Sessions,
  session: NonNullable<Parameters<Sessions["createSession"]>[0]["session"]>,
  accountId = "",
): Promise<Session> {
  return present((await sessions.createSession({ accountId, session })).session);
}

/** So many users in one transaction: `ids[i]` when given, else minted. */
export async function addUsers(users: Users, count: number, idOf: (index: number) => string = () => "", accountId = "") {
  for (let from = 0; from < count; from += 1000) {
    const length = Math.min(1000, count - from);
    const { failures } = await users.importUsers({
      accountId,
      users: Array.from({ length }, (_, i) => ({ id: idOf(from + i) })),
    });
    expect(failures).toEqual([]);
  }
}

export async function getUser(users: Users, id: string, accountId = ""): Promise<User> {
  return present((await users.getUser({ accountId, key: { case: "id", value: id } })).user);
}

/** Takes so many messages of an export, then hangs up. */
export async function take(users: Users, request: Parameters<Users["listUsersChunked"]>[0], count: number) {
  const chunks: ListUsersChunkedResponse[] = [];
  const hangUp = new AbortController();
  for await (const chunk of users.listUsersChunked(request, { signal: hangUp.signal })) {
    chunks.push(chunk);
    if (chunks.length === count) break;
  }
  hangUp.abort();
  return chunks;
}

export function present<T>(value: T | undefined): T {
  return value ?? expect.fail("the value is absent");
}

export async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const messages: T[] = [];
  for await (const message of stream) {
    messages.push(message);
  }
  return messages;
}
