import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { User } from "../../gen/roster/v1/user_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { LONG } from "../support/bounds.ts";
import { clientOf } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { administer, type PostgresServer, startPostgres } from "../support/postgres.ts";
import { type ServerProcess, spawnServer } from "../support/process.ts";

/** How long the load lasts. The figure is of a run in the suite; for a soak, say TEST_TURMOIL_SECONDS=60. */
const SECONDS = Number(process.env["TEST_TURMOIL_SECONDS"] ?? 12);
const WRITERS = 6;
/** What a caller may see while servers and database come and go. Nothing else. */
const PASSING = [Code.Unavailable, Code.Canceled, Code.Aborted, Code.Unknown, Code.Internal];

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.remove());

test(
  "two servers under load, one killed, the database restarted: no acknowledged write is lost or without a history",
  LONG,
  async () => {
    const folder = testFolder();
    await administer(postgres, "create database turmoil");
    const env = { ROSTER_DATABASE_URL: `${postgres.url}/turmoil`, ROSTER_CHANGE_RETENTION: "1d" };
    const servers = [await spawnServer(folder, { env }), await spawnServer(folder, { env })];
    const end = performance.now() + SECONDS * 1000;
    const acknowledged = new Map<string, User>();
    const internal: string[] = [];
    const writing = Array.from({ length: WRITERS }, (_, writer) =>
      write(writer, () => servers[writer % servers.length], end, acknowledged, internal),
    );

    await setTimeout(SECONDS * 250);
    await servers[0]?.end("SIGKILL");
    servers[0] = await spawnServer(folder, { env });
    await setTimeout(SECONDS * 150);
    await postgres.stop();
    await postgres.start();
    const written = (await Promise.all(writing)).reduce((sum, count) => sum + count, 0);

    const [survivor] = servers;
    const users = clientOf(UserService, survivor?.url ?? "", survivor?.secret);
    const stored = new Map<string, User>();
    let revision = 0n;
    for await (const chunk of users.listUsersChunked({})) {
      for (const user of chunk.users) stored.set(user.id, user);
      ({ revision } = chunk);
    }
    for (const [id, user] of acknowledged) {
      expect(stored.get(id)).toEqual(user);
    }
    expect(written).toBeGreaterThan(SECONDS);
    // Each write changed one user, so versions and revisions tell of every one, acknowledged or not.
    const versions = [...stored.values()].reduce((sum, { version }) => sum + version, 0n);
    expect(revision).toBe(versions);
    expect(internal).toEqual([]);
    for (const server of servers) {
      expect(server.log()).not.toContain("internal error");
      expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
    }
  },
);

/** Creates users and changes them, each call repeated with its request id until it is answered. Returns how many were. */
async function write(
  writer: number,
  server: () => ServerProcess | undefined,
  end: number,
  acknowledged: Map<string, User>,
  internal: string[],
): Promise<number> {
  let count = 0;
  for (let turn = 0; performance.now() < end; turn += 1) {
    const id = `writer-${writer}-${Math.floor(turn / 4)}`;
    const requestId = randomUUID();
    const user = await untilAnswered(server, internal, async (users) => {
      const answer =
        turn % 4 === 0
          ? await users.createUser({ userId: id, user: { name: "Ada" }, requestId })
          : await users.updateUser({ user: { id, about: `turn ${turn}` }, requestId });
      return answer.user;
    });
    if (user !== undefined) acknowledged.set(id, user);
    count += 1;
  }
  return count;
}

const clients = new Map<string, Users>();

function usersOf({ url, secret }: ServerProcess): Users {
  const known = clients.get(url);
  const users = known ?? clientOf(UserService, url, secret);
  clients.set(url, users);
  return users;
}

type Users = ReturnType<typeof clientOf<typeof UserService>>;

async function untilAnswered<T>(
  server: () => ServerProcess | undefined,
  internal: string[],
  call: (users: Users) => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await call(usersOf(server() ?? expect.fail("no server")));
    } catch (error) {
      const { code, rawMessage } = ConnectError.from(error);
      expect(PASSING).toContain(code);
      // A connection that breaks is INTERNAL to some clients; one that the server says is a defect.
      if (rawMessage.startsWith("internal error")) internal.push(rawMessage);
      await setTimeout(50);
    }
  }
}
