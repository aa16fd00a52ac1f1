import { setTimeout } from "node:timers/promises";
import type { Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { createRosterClient, type RosterClient, type User } from "@roster/client";
import { expect, test } from "vitest";
import { LONG } from "../../support/bounds.ts";
import { createRandom } from "../../support/random.ts";
import { inUse, type Pair } from "./pair.ts";

const USERS = 5;
const CALLERS = 3;

export function turmoil(pair: Pair): void {
  test(
    "our client never sees less than before, whichever server and replica answers, while replicas lag and stop",
    LONG,
    async () => {
      const servers = [await pair.serveFromReplica(), await pair.serveFromReplica(), await pair.serve()];
      const transports = servers.map(({ baseUrl }) => createGrpcTransport({ baseUrl }));
      const createCaller = () =>
        createRosterClient({ transport: alternating(transports), apiKey: pair.directory.secret, baseUrl: "" });
      const ids = Array.from({ length: USERS }, (_, index) => `turmoil-${index}`);
      await createCaller().users.importUsers({ users: ids.map((id) => ({ id })) });
      const ended = { ended: false };
      const callers = Array.from({ length: CALLERS }, (_, seed) => call(createCaller(), ids, createRandom(seed + 1), ended));
      for (let round = 0; round < 2; round += 1) {
        await pair.directory.pause();
        await setTimeout(400);
        await pair.directory.resume();
        await pair.standby.stop();
        await setTimeout(400);
        await pair.standby.start();
        await Promise.all(servers.slice(0, 2).map(inUse));
      }
      ended.ended = true;
      const calls = await Promise.all(callers);
      expect(Math.min(...calls)).toBeGreaterThan(20);
      const answered = servers.slice(0, 2).map((server) => server.counts()[0]?.answered ?? 0);
      expect(Math.min(...answered)).toBeGreaterThan(0);
    },
  );

  test("our client reads on any server what a watch has shown it", LONG, async () => {
    const [server, writer] = [await pair.serveFromReplica(), await pair.serve()];
    await writer.users.createUser({ user: { id: "watched" } });
    const transports = [writer, server].map(({ baseUrl }) => createGrpcTransport({ baseUrl }));
    // The watch, then its reads, in turn.
    const caller = createRosterClient({ transport: alternating(transports), apiKey: pair.directory.secret });
    await pair.pauseReplica();
    const leaving = new AbortController();
    for await (const { changes, caughtUp } of caller.users.watch({ signal: leaving.signal })) {
      if (changes.length > 0) {
        const { user } = await caller.users.getUser({ key: { case: "id", value: "watched" } });
        expect(user?.name).toBe("Seen");
        break;
      }
      if (caughtUp) await writer.users.updateUser({ user: { id: "watched", name: "Seen" } });
    }
    leaving.abort();
    expect(server.counts()).toEqual([{ answered: 0, passedOn: 1 }]);
  });
}

/** Changes users and reads them until it is told to end. Returns how many calls it made. */
async function call(
  { users }: RosterClient,
  ids: readonly string[],
  random: (limit: number) => number,
  until: { readonly ended: boolean },
): Promise<number> {
  const seen = new Map<string, bigint>();
  const see = (id: string, found: Pick<User, "version"> | undefined) => {
    const version = found?.version ?? 0n;
    expect(version, `${id} is as new as it was`).toBeGreaterThanOrEqual(seen.get(id) ?? 1n);
    seen.set(id, version);
  };
  let calls = 0;
  for (; !until.ended; calls += 1) {
    const id = ids[random(ids.length)] ?? "";
    const key = { case: "id", value: id } as const;
    const seeAll = (all: readonly User[]) => {
      for (const one of ids)
        see(
          one,
          all.find((user) => user.id === one),
        );
    };
    switch (random(6)) {
      case 0:
        see(id, (await users.updateUser({ user: { id, name: `Name ${String.fromCharCode(97 + random(26))}` } })).user);
        break;
      case 1: {
        const { results } = await users.lookupUsers({ keys: [{ key }] });
        for (const { result } of results) see(id, result.case === "user" ? result.value : undefined);
        break;
      }
      case 2:
        seeAll((await users.listUsers({ filter: 'id.startsWith("turmoil")', includeTotal: true })).users);
        break;
      case 3:
        seeAll((await Array.fromAsync(users.chunks())).flatMap((chunk) => chunk.users));
        break;
      default:
        see(id, (await users.getUser({ key })).user);
    }
  }
  return calls;
}

/** Calls go to one server after the other. */
function alternating(transports: readonly Transport[]): Transport {
  let turn = 0;
  const next = (): Transport => {
    const transport = transports[turn % transports.length];
    turn += 1;
    return transport ?? expect.fail("there are servers");
  };
  return {
    unary: (method, signal, timeoutMs, header, input, contextValues) =>
      next().unary(method, signal, timeoutMs, header, input, contextValues),
    stream: (method, signal, timeoutMs, header, input, contextValues) =>
      next().stream(method, signal, timeoutMs, header, input, contextValues),
  };
}
