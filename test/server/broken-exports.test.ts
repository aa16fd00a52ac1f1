import { toJson } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { expect, onTestFinished, test } from "vitest";
import { type User, UserSchema } from "../../gen/roster/v1/user_pb.js";
import { LONG } from "../support/bounds.ts";
import type { Protocol } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { fill } from "./fill.ts";
import { createRandom, type Random } from "./random.ts";
import { write } from "./random-writer.ts";
import { GONE, UnreliableDirectory } from "./unreliable.ts";

const USER_COUNT = 3_000;
const WRITERS = 4;

const text = (user: User) => JSON.stringify(toJson(UserSchema, user));

async function snapshot(directory: UnreliableDirectory, showDeleted: boolean): Promise<Map<string, string>> {
  const users = await directory.users();
  const state = new Map<string, string>();
  let pageToken = "";
  do {
    const page = await users.listUsers({ pageSize: 1000, pageToken, showDeleted });
    for (const user of page.users) {
      state.set(user.id, text(user));
    }
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  return state;
}

const BREAKS = ["abort", "SIGKILL", "SIGTERM"] as const;

/** So often, at most: each start takes its time. */
const MAX_BREAKS = 6;

/**
 * An export that is broken after one message in eight, in turn by its reader, by `kill -9` and by SIGTERM. `onFirst` is called after the
 * first message.
 */
async function brokenExport(
  directory: UnreliableDirectory,
  {
    random,
    protocol,
    showDeleted,
    onFirst,
  }: { random: Random; protocol: Protocol; showDeleted: boolean; onFirst: () => void },
) {
  const delivered: User[] = [];
  let broken = 0;
  let resumeToken = "";
  for (;;) {
    const gone = new AbortController();
    const users = await directory.users(protocol);
    try {
      const request = { chunkSize: 1 + random.below(100), resumeToken, showDeleted };
      for await (const message of users.listUsersChunked(request, { signal: gone.signal })) {
        delivered.push(...message.users);
        resumeToken = message.resumeToken;
        onFirst();
        if (message.summary !== undefined) {
          return { delivered, broken, summary: message.summary };
        }
        if (broken < MAX_BREAKS && random.chance(1 / 8)) {
          const how = BREAKS[broken % BREAKS.length] ?? "abort";
          broken += 1;
          if (how === "abort") {
            gone.abort();
          } else {
            void directory.restart(how);
          }
        }
      }
    } catch (error) {
      expect(GONE).toContain(ConnectError.from(error).code);
    }
  }
}

test.each([
  { seed: 1, protocol: "gRPC, HTTP/2", showDeleted: false },
  { seed: 2, protocol: "Connect, JSON, HTTP/1.1", showDeleted: true },
  { seed: 3, protocol: "gRPC-Web, HTTP/1.1", showDeleted: false },
] as const)(
  "an export that breaks again and again, while others write, is the directory as it was at its start ($protocol, seed $seed)",
  LONG,
  async ({ seed, protocol, showDeleted }) => {
    const directory = new UnreliableDirectory(testFolder());
    await fill(await directory.users(), USER_COUNT, 100);
    for (let index = 0; index < 200; index++) {
      await (await directory.users()).deleteUser({ id: `fill-${index * 7}` });
    }
    const expected = await snapshot(directory, showDeleted);
    const purged = new Set<string>();
    const enough = new AbortController();
    onTestFinished(() => enough.abort());
    const writers: Array<Promise<number>> = [];
    const onFirst = () => {
      while (writers.length < WRITERS) {
        writers.push(write(directory, createRandom(seed * 100 + writers.length), USER_COUNT, purged, enough.signal));
      }
    };
    const { delivered, broken, summary } = await brokenExport(directory, {
      random: createRandom(seed),
      protocol,
      showDeleted,
      onFirst,
    });
    enough.abort();
    const writes = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    await directory.end();

    expect(broken).toBeGreaterThanOrEqual(BREAKS.length);
    expect(writes).toBeGreaterThan(20);
    expect(summary.userCount).toBe(BigInt(delivered.length));
    expect(delivered.map(({ id }) => id)).toEqual([...new Set(delivered.map(({ id }) => id))].sort());
    const wrong = delivered.filter((user) => expected.get(user.id) !== text(user));
    expect(wrong).toEqual([]);
    const deliveredIds = new Set(delivered.map(({ id }) => id));
    expect([...expected.keys()].filter((id) => !deliveredIds.has(id) && !purged.has(id))).toEqual([]);
  },
);
