import { mintSecret } from "../src/directory/keys/api-key.ts";
import { createIdSource } from "../src/directory/values/id.ts";
import { createRandom } from "../test/server/random.ts";
import type { CheckParts } from "./checks/check.ts";
import { Breaker } from "./faults/breaker.ts";
import type { FaultName } from "./faults/fault.ts";
import { FaultCount } from "./faults/fault-count.ts";
import { Ledger } from "./ledger/ledger.ts";
import { SharedUsers } from "./ledger/shared-users.ts";
import { Caller } from "./load/caller.ts";
import { allWork, keepWorking, openDesks } from "./load/callers.ts";
import { Meter } from "./load/meter.ts";
import { Gate, Pace } from "./load/pace.ts";
import { canMoveClocks, MovableClock } from "./servers/clock.ts";
import { type EngineName, openDatabase } from "./servers/database.ts";
import { Fleet } from "./servers/fleet.ts";
import { openDisk } from "./servers/small-disk.ts";
import { AuditFollower } from "./streams/audit-follower.ts";
import { Exporter } from "./streams/exporter.ts";
import { Replica } from "./streams/replica.ts";
import { StreamMeter } from "./streams/stream-meter.ts";
import type { Timeline } from "./timeline.ts";

export interface WorldOptions {
  /** The file of `roster`. */
  readonly command: string;
  readonly engine: EngineName;
  readonly seed: number;
  readonly faults: readonly FaultName[];
  /** Whether one of the servers has workers. */
  readonly hasTeam: boolean;
  readonly callers: number;
  readonly usersEach: number;
}

/** The servers, who calls them, who breaks them, and who keeps book. */
export interface World extends Omit<CheckParts, "caller"> {
  readonly disk: ReturnType<typeof openDisk>;
  readonly pace: Pace;
  readonly gate: Gate;
  readonly meter: Meter;
  readonly streams: StreamMeter;
  readonly faults: FaultCount;
  readonly breaker: Breaker;
  readonly checker: Caller;
}

const SHARED_USERS = 5;
const DISK_MIB = 1024;
/** Of the servers whose clock may be moved; that of the third is right. */
const MOVED = ["single", "team"];

/** Nothing runs yet but the database. */
export async function openWorld(options: WorldOptions, timeline: Timeline): Promise<World> {
  const { command, engine, seed } = options;
  const disk = openDisk(DISK_MIB);
  const database = await openDatabase(engine, disk.folder);
  const clocks = canMoveClocks() ? MOVED.map((name) => new MovableClock(disk.folder, name)) : [];
  const env = (name: string) => ({
    ROSTER_DATABASE_URL: database.url,
    ...clocks.find((clock) => clock.name === name)?.env(),
  });
  const fleet = new Fleet({ command, hasTeam: options.hasTeam, secret: mintSecret(createIdSource()("K")) }, env, timeline);
  const [ledger, meter, pace, faults] = [new Ledger(timeline), new Meter(), new Pace(), new FaultCount()];
  const desks = openDesks(options.callers, options.usersEach, seed, { fleet, ledger, pace, meter });
  const [desk] = desks;
  if (desk === undefined) throw new Error("there must be a caller");
  const random = createRandom(seed);
  return {
    ...{ command, disk, database, fleet, ledger, meter, pace, faults, desks },
    gate: new Gate(),
    shared: new SharedUsers(SHARED_USERS),
    streams: new StreamMeter(),
    everybody: new Replica("the replica of everybody"),
    filtered: { replica: new Replica("the replica of one project", `project == "${desk.caller.name}"`), desk },
    exporter: new Exporter(),
    audit: new AuditFollower(),
    breaker: new Breaker(options.faults, { fleet, database, disk, clocks, random, timeline, count: faults }),
    checker: new Caller("checker", createRandom(seed + 1), { fleet, ledger, pace: new Pace(), meter: new Meter() }),
  };
}

/** All who call, until told to end. Rejects when a promise is broken. */
export async function callAll(world: World, seed: number, signal: AbortSignal): Promise<void> {
  const { desks, shared, gate, fleet, streams: meter, everybody, filtered, audit, exporter } = world;
  const work = allWork(shared);
  const parts = (part: number) => ({ fleet, random: createRandom(seed + part), meter, signal });
  await Promise.all([
    ...desks.map((desk) => keepWorking(desk, work, gate, signal)),
    everybody.follow(parts(2)),
    filtered.replica.follow(parts(3)),
    audit.follow(parts(4)),
    exporter.run(parts(5)),
  ]);
}

/** Whatever runs still is killed. */
export async function closeWorld({ fleet, database, disk }: World, tell: (line: string) => void): Promise<void> {
  await Promise.allSettled(fleet.seats.map((seat) => seat.end("SIGKILL")));
  await database.close().catch((error: unknown) => tell(`the database could not be closed: ${error}`));
  disk.remove();
}
