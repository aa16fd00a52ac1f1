import { expect, onTestFinished, test, vi } from "vitest";
import { HealthCheckResponse_ServingStatus as Status } from "../../../gen/grpc/health/v1/health_pb.js";
import { LONG } from "../../support/bounds.ts";
import { createReplicated, inUse, type Pair, serveReplicated } from "./pair.ts";

export function outages(pair: Pair): void {
  test("a replica that stops is told once, and the primary answers until it is back", LONG, async () => {
    const server = await pair.serveFromReplica();
    const { user } = await server.users.createUser({ user: { name: "Ada" } });
    const read = async () => {
      expect((await server.users.getUser({ key: { case: "id", value: user?.id ?? "" } })).user).toEqual(user);
    };
    const reading = { ends: false };
    const reads = (async () => {
      while (!reading.ends) await read();
    })();
    await pair.standby.stop();
    await vi.waitFor(() => expect(server.store.replicas[0]?.problem?.reason).toBe("unreachable"), 20_000);
    await read();
    expect((await server.health.check({})).status).toBe(Status.SERVING);

    // One that is down from the start keeps no server waiting.
    const late = await pair.serve({ replicaUrls: pair.replicaUrls });
    expect((await late.users.listUsers({ pageSize: 1 })).users).toHaveLength(1);
    await vi.waitFor(() => expect(late.lines()).toHaveLength(1));

    await pair.standby.start();
    await Promise.all([inUse(server), inUse(late)]);
    const before = server.counts()[0]?.answered ?? 0;
    await vi.waitFor(() => expect(server.counts()[0]?.answered).toBeGreaterThan(before));
    reading.ends = true;
    await reads;
    const stopped = {
      level: 40,
      msg: "the replica does not answer; reads go to the primary",
      cause: expect.stringMatching(/\S/),
    };
    const back = { level: 30, msg: "reads go to the replica" };
    expect(server.lines()).toMatchObject([back, stopped, back]);
    expect(late.lines()).toMatchObject([stopped, back]);
  });

  test("a replica that hangs does not make reads hang", LONG, async () => {
    const server = await pair.serveFromReplica();
    const asked = server.counts()[0]?.answered;
    pair.standby.freeze();
    onTestFinished(() => pair.standby.thaw());
    const listed = await server.users.listUsers({ pageSize: 1 });
    expect(listed.users).toHaveLength(1);
    expect(server.counts()).toEqual([{ answered: asked, passedOn: 1 }]);
    pair.standby.thaw();
    await inUse(server);
    await server.users.listUsers({ pageSize: 1 });
    expect(server.counts()).toEqual([{ answered: (asked ?? 0) + 1, passedOn: 1 }]);
  });

  test("a replica that is too far behind answers nobody until it has caught up", LONG, async () => {
    const [primary, server] = [await pair.serve(), await pair.serveFromReplica({ maxReplicaLagMs: 1_500 })];
    await pair.directory.pause();
    let paused = true;
    onTestFinished(async () => {
      if (paused) await pair.directory.resume();
    });
    await vi.waitFor(async () => {
      await primary.users.createUser({ user: { name: "More" } });
      expect(server.store.replicas[0]?.problem?.reason).toBe("too far behind");
    }, 20_000);
    const { user } = await primary.users.createUser({ user: { id: "unseen" } });
    expect((await server.users.getUser({ key: { case: "id", value: "unseen" } })).user).toEqual(user);
    await pair.directory.resume();
    paused = false;
    await inUse(server);
    expect(server.lines().map(({ msg }) => msg)).toEqual([
      "reads go to the replica",
      "the replica is too far behind; reads go to the primary",
      "reads go to the replica",
    ]);
  });

  test("a standby of another directory answers nobody", async () => {
    const other = await createReplicated(pair.postgres, pair.standby);
    const server = await serveReplicated(other, { replicaUrls: pair.replicaUrls });
    await vi.waitFor(() => expect(server.lines()).toHaveLength(1), 20_000);
    expect(server.lines()[0]?.["msg"]).toBe(
      "the server at the URL of a replica has another directory; reads go to the primary",
    );
    expect((await server.users.listUsers({})).users.map(({ superAdmin }) => superAdmin)).toEqual([true]);
  });

  test("a replica that is promoted is none any more, and nothing is read of what it becomes", LONG, async () => {
    const server = await pair.serveFromReplica();
    const { user } = await server.users.createUser({ user: { id: "kept", name: "Kept" } });
    await pair.directory.onStandby("select pg_promote()");
    await vi.waitFor(() => expect(server.lines().at(-1)?.["msg"]).toMatch(/is no standby/), 20_000);
    await pair.directory.onStandby("delete from user_words");
    await pair.directory.onStandby("delete from users where id = 'kept'");
    expect((await server.users.getUser({ key: { case: "id", value: "kept" } })).user).toEqual(user);
    await server.users.createUser({ user: { name: "More" } });
    expect((await server.health.check({})).status).toBe(Status.SERVING);

    // Where all has moved to it, it is the primary.
    const moved = await serveReplicated(
      { ...pair.directory, url: pair.directory.replicaUrl },
      { replicaUrls: pair.replicaUrls },
    );
    await moved.users.createUser({ user: { id: "kept", name: "New" } });
    expect((await moved.users.getUser({ key: { case: "id", value: "kept" } })).user?.name).toBe("New");
    expect(moved.counts()).toEqual([{ answered: 0, passedOn: 0 }]);
  });
}
