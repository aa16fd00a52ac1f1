import type { Random } from "../../test/server/random.ts";
import type { MovableClock } from "../servers/clock.ts";
import type { SoakDatabase } from "../servers/database.ts";
import type { Fleet } from "../servers/fleet.ts";
import type { Disk } from "../servers/small-disk.ts";
import type { Timeline } from "../timeline.ts";
import type { FaultCount } from "./fault-count.ts";

/** What faults are done to, and with. */
export interface FaultParts {
  readonly fleet: Fleet;
  readonly database: SoakDatabase;
  readonly disk: Disk;
  /** Of the servers whose clock can be moved. */
  readonly clocks: readonly MovableClock[];
  readonly random: Random;
  readonly timeline: Timeline;
  readonly count: FaultCount;
}

/** Something that goes wrong, and is over when `do` resolves. */
export interface Fault {
  readonly name: FaultName;
  /** How often, beside others. */
  readonly weight: number;
  isPossible(parts: FaultParts): boolean;
  do(parts: FaultParts): Promise<void>;
}

export const FAULT_NAMES = [
  "kill",
  "worker",
  "stop",
  "postgres",
  "connections",
  "clock",
  "disk-full",
  "disk-errors",
] as const;
export type FaultName = (typeof FAULT_NAMES)[number];
