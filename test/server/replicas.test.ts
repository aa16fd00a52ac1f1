import { toJson } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { withRetry } from "@roster/client";
import { expect, onTestFinished, test } from "vitest";
import { type User, type UserChange, UserChangeType, UserSchema } from "../../gen/roster/v1/user_pb.js";
import { LONG } from "../support/bounds.ts";
import type { Protocol } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { fill } from "./fill.ts";
import { createRandom, type Random } from "./random.ts";
import { write } from "./random-writer.ts";
import { GONE, UnreliableDirectory } from "./unreliable.ts";

const USER_COUNT = 800;
const WRITERS = 3;
const LAST = "the-last";
/** So often, at most: each start takes its time. */
const MAX_BREAKS = 6;
const BREAKS = ["abort", "SIGKILL", "SIGTERM"] as const;

const text = (user: User) => JSON.stringify(toJson(UserSchema, user));

/** Deleted users included. */
async function finalState(directory: UnreliableDirectory, filter: string): Promise<Map<string, string>> {
  const users = await directory.users();
  const state = new Map<string, string>();
  for await (const message of users.listUsersChunked({ filter, showDeleted: true })) {
    for (const user of message.users) state.set(user.id, text(user));
  }
  return state;
}

/** A copy of the users, by id, as a consumer keeps it. Fails if changes do not come in the promised order. */
class Replica {
  readonly users = new Map<string, User>();
  readonly types = new Set<UserChangeType>();
  lastRevision = 0n;
  messages = 0;

  apply(changes: readonly UserChange[]): void {
    for (const { type, userId, version, revision, user } of changes) {
      expect(revision).toBeGreaterThanOrEqual(this.lastRevision);
      this.lastRevision = revision;
      const known = this.users.get(userId);
      this.types.add(type);
      if (type === UserChangeType.PURGED || type === UserChangeType.LEFT_FILTER) {
        expect(user).toBeUndefined();
        this.users.delete(userId);
      } else if (user !== undefined) {
        // The first change after a purge that took the earlier ones may be a later version; none comes twice or late.
        expect(known === undefined || version > known.version).toBe(true);
        this.users.set(userId, user);
      }
    }
    this.messages += 1;
  }
}

interface Following {
  readonly changeToken: string;
  readonly filter: string;
  /** How likely one is after each message. */
  readonly breaks: number;
  readonly random: Random;
  readonly protocol: Protocol;
}

/** Follows the changes from a token until LAST is created, in streams that are broken again and again. Returns how often. */
async function follow(
  directory: UnreliableDirectory,
  replica: Replica,
  { changeToken, filter, breaks, random, protocol }: Following,
): Promise<number> {
  let broken = 0;
  let value = changeToken;
  for (;;) {
    const gone = new AbortController();
    const users = await directory.users(protocol);
    try {
      const request = { start: { case: "changeToken", value }, filter } as const;
      for await (const message of users.watchUsers(request, { signal: gone.signal })) {
        replica.apply(message.changes);
        value = message.changeToken;
        if (replica.users.has(LAST)) {
          gone.abort();
          return broken;
        }
        if (broken < MAX_BREAKS && random.chance(breaks)) {
          const how = BREAKS[broken % BREAKS.length] ?? "abort";
          broken += 1;
          if (how === "abort") gone.abort();
          else void directory.restart(how);
        }
      }
    } catch (error) {
      expect(GONE).toContain(ConnectError.from(error).code);
    }
  }
}

test.each([
  { seed: 1, protocol: "gRPC, HTTP/2", messages: 120, filter: "" },
  { seed: 2, protocol: "Connect, JSON, HTTP/1.1", messages: 120, filter: "" },
  {
    seed: 3,
    protocol: "gRPC-Web, HTTP/2",
    messages: 60,
    filter: `id == "${LAST}" || about >= "changed 5" || name == "Reborn"`,
  },
] as const)(
  "export, then watch, is the directory's final state, though streams and servers break and others write ($protocol, seed $seed, filter $filter)",
  LONG,
  async ({ seed, protocol, messages, filter }) => {
    const directory = new UnreliableDirectory(testFolder());
    await fill(await directory.users(), USER_COUNT, 100);
    const enough = new AbortController();
    onTestFinished(() => enough.abort());
    const writers = Array.from({ length: WRITERS }, (_, index) =>
      write(directory, createRandom(seed * 100 + index), USER_COUNT, new Set(), enough.signal),
    );
    const replica = new Replica();
    let changeToken = "";
    const users = await directory.users(protocol);
    for await (const message of users.listUsersChunked({ chunkSize: 50, filter, showDeleted: true })) {
      for (const user of message.users) replica.users.set(user.id, user);
      changeToken = message.summary?.changeToken ?? changeToken;
    }
    const breaks = 6 / messages;
    const following = follow(directory, replica, { changeToken, filter, breaks, random: createRandom(seed), protocol });
    await expect.poll(() => replica.messages, { timeout: 100_000 }).toBeGreaterThan(messages);
    enough.abort();
    await Promise.all(writers);
    // The server may be on its way out once more.
    await withRetry(async () => (await directory.users()).upsertUser({ user: { id: LAST } }));
    expect(await following).toBeGreaterThanOrEqual(BREAKS.length);

    const expected = await finalState(directory, filter);
    await directory.end();
    const actual = new Map([...replica.users].map(([id, user]) => [id, text(user)]));
    expect(actual).toEqual(expected);
    expect(replica.types.has(UserChangeType.LEFT_FILTER)).toBe(filter !== "");
  },
);
