import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { create } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import Database from "better-sqlite3";
import { expect, test, vi } from "vitest";
import { type User, UserSchema } from "../../gen/roster/v1/user_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { LONG } from "../support/bounds.ts";
import { clientOf } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { killStart, spawnServer } from "../support/process.ts";
import { AcknowledgedWriter, asText } from "./acknowledged-writer.ts";
import { createRandom } from "./random.ts";

const ROUNDS = 5;
const WRITERS = 4;

/** Every user, live or deleted, by id. */
async function findAll(client: Client<typeof UserService>): Promise<Map<string, User>> {
  const found = new Map<string, User>();
  for await (const { users } of client.listUsersChunked({ showDeleted: true })) {
    for (const user of users) {
      found.set(user.id, user);
    }
  }
  return found;
}

/** Holds what a writer remembers against the directory. Returns how many of its unanswered calls turned out to have happened. */
async function reconcile(writer: AcknowledgedWriter, client: Client<typeof UserService>): Promise<number> {
  const { pendingBatch, pendingId } = writer;
  const stored = await findAll(client);
  let landed = 0;
  const there = pendingBatch.filter((id) => stored.has(id));
  expect([0, pendingBatch.length]).toContain(there.length);
  writer.batches.push(...there);
  landed += there.length > 0 ? 1 : 0;
  if (pendingId !== undefined) {
    const before = writer.users.get(pendingId)?.version ?? 0n;
    const after = stored.get(pendingId);
    expect([before, before + 1n]).toContain(after?.version ?? 0n);
    if (after !== undefined && after.version !== before) {
      landed += 1;
      writer.users.set(pendingId, after);
    }
  }
  writer.pendingBatch = [];
  writer.pendingId = undefined;
  for (const [id, user] of writer.users) {
    expect(asText(stored.get(id) ?? create(UserSchema))).toBe(asText(user));
  }
  for (const id of writer.batches) {
    expect(stored.get(id)).toMatchObject({ id, about: "imported", version: 1n });
  }
  return landed;
}

function checkDatabase(folder: string): void {
  const database = new Database(join(folder, "roster.db"));
  try {
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    expect(database.pragma("foreign_key_check")).toEqual([]);
    // The history of each user is whole: one change for each of its versions, and the last one is the user as it is.
    const broken = database
      .prepare(
        `select users.id from users left join changes on changes.account_id = users.account_id and changes.user_id = users.id
         group by users.account_id, users.id
         having count(*) <> users.version or max(changes.version) <> users.version or max(changes.revision) <> users.revision`,
      )
      .all();
    expect(broken).toEqual([]);
    // So is that of the account: its revisions have no gap.
    const gaps = database
      .prepare(
        `select account_id from accounts join changes using (account_id) group by account_id
         having count(distinct changes.revision) <> accounts.revision or max(changes.revision) <> accounts.revision`,
      )
      .all();
    expect(gaps).toEqual([]);
  } finally {
    database.close();
  }
}

test("kill -9 at any moment loses nothing that was acknowledged, and leaves nothing half done", LONG, async () => {
  const folder = testFolder();
  const random = createRandom(7);
  const writers = Array.from({ length: WRITERS }, (_, index) => new AcknowledgedWriter(`w${index}`, createRandom(index)));
  const acknowledged = () => writers.reduce((sum, writer) => sum + writer.acknowledged, 0);
  let landed = 0;
  for (let round = 0; ; round++) {
    const server = await spawnServer(folder);
    const client = clientOf(UserService, server.url, server.secret);
    for (const writer of writers) {
      landed += await reconcile(writer, client);
    }
    // The first transaction made the account.
    expect((await client.listUsers({})).revision).toBe(BigInt(1 + acknowledged() + landed));
    if (round === ROUNDS) {
      await server.end("SIGTERM");
      return;
    }
    const before = acknowledged();
    const running = Promise.all(writers.map((writer) => writer.run(client)));
    await vi.waitFor(() => expect(acknowledged()).toBeGreaterThan(before), 10_000);
    await setTimeout(random.below(300));
    expect(await server.end("SIGKILL")).toMatchObject({ signal: "SIGKILL" });
    await running;
    checkDatabase(folder);
  }
});

test("a first start that is killed does not stand in the way of the next, nor lose the key", async () => {
  const random = createRandom(11);
  for (let round = 0; round < 3; round++) {
    const folder = testFolder();
    await killStart(folder, 200 + random.below(400));
    const server = await spawnServer(folder);
    expect((await clientOf(UserService, server.url, server.secret).listUsers({})).users).toHaveLength(1);
    await server.end("SIGKILL");
    checkDatabase(folder);
  }
});
