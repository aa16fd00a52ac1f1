import { setTimeout } from "node:timers/promises";
import type { Random } from "../../test/server/random.ts";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { Timeline } from "../timeline.ts";
import { Seat, type SeatOptions, type SoakClient } from "./seat.ts";

/** How long the directory may be out of reach, or a server may need to come back. */
export const PATIENCE_MS = 90_000;
const PAUSE_MS = 100;

/** A line of a log that says that something went wrong which nobody foresaw. */
const DEFECT = /internal error|unhandled|uncaught|TypeError|RangeError|ReferenceError/i;

interface FleetOptions extends Pick<SeatOptions, "command" | "secret"> {
  readonly hasTeam: boolean;
}

const DEFECT_LINES = 15;

/** The servers on one database. */
export class Fleet {
  /** Is never ended: its memory is watched. */
  readonly veteran: Seat;
  /** One process. */
  readonly single: Seat;
  /** A primary and two workers. */
  readonly team: Seat;
  /** What is killed: the last two, or the first of them alone. */
  readonly victims: readonly [Seat, ...Seat[]];
  readonly seats: readonly Seat[];
  readonly #timeline: Timeline;
  /** Lines of logs that should not be there. */
  readonly defects: string[] = [];

  constructor({ command, secret, hasTeam }: FleetOptions, env: (name: string) => NodeJS.ProcessEnv, timeline: Timeline) {
    const seat = (name: string, more: NodeJS.ProcessEnv = {}): Seat => {
      const onLog: SeatOptions["onLog"] = (line) => {
        if (DEFECT.test(line) || this.#isTold(name)) this.defects.push(`${timeline.time()} ${name}: ${line}`);
      };
      return new Seat({
        name,
        command,
        secret,
        env: { ...COMMON, ...env(name), ROSTER_BOOTSTRAP_KEY: secret, ...more },
        onLog,
      });
    };
    this.#timeline = timeline;
    this.veteran = seat("veteran");
    this.single = seat("single");
    this.team = seat("team", { ROSTER_WORKERS: "2" });
    this.victims = hasTeam ? [this.single, this.team] : [this.single];
    this.seats = [this.veteran, ...this.victims];
  }

  /** What a server says just after a defect belongs to it: where it was. */
  #isTold(name: string): boolean {
    return this.defects.slice(-DEFECT_LINES).some((line) => line.includes(` ${name}: `) && DEFECT.test(line));
  }

  async start(): Promise<void> {
    // The first migrates the database.
    await this.veteran.start();
    await Promise.all(this.victims.map((seat) => seat.start()));
  }

  /** Seats a server, trying again while something is broken that stands in the way of a start. */
  async seat(seat: Seat): Promise<void> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await seat.start();
      } catch (error) {
        this.#timeline.add(`${seat.name} did not start: ${error instanceof Error ? error.message : error}`);
        if (performance.now() > end)
          throw new BrokenPromise(PROMISES.recovery, `${seat.name} does not start`, [String(error)]);
      }
      await setTimeout(PAUSE_MS);
    }
  }

  /** Of any server that runs, on either port. Waits until one does. */
  async client(random: Random): Promise<SoakClient> {
    for (;;) {
      const [first, ...others] = this.seats.flatMap(({ clients }) => clients);
      if (first !== undefined) return random.pick([first, ...others]);
      await setTimeout(PAUSE_MS);
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.seats.filter(({ server }) => server !== undefined).map((seat) => seat.end("SIGTERM")));
  }
}

const COMMON = {
  ROSTER_HTTP_ADDRESS: "127.0.0.1:0",
  ROSTER_GRPC_ADDRESS: "127.0.0.1:0",
  ROSTER_LOG_LEVEL: "info",
  ROSTER_DRAIN_TIMEOUT: "5s",
};
