import { setTimeout } from "node:timers/promises";
import type { Seat } from "../servers/seat.ts";
import { moveClock } from "./clock.ts";
import { failDisk, fillDisk } from "./disk.ts";
import type { Fault, FaultName, FaultParts } from "./fault.ts";
import { crashPostgres, cutConnections } from "./postgres.ts";
import { killOneWorker, killSeat, killServer, killWorker, stopServer } from "./servers.ts";

const FAULTS: readonly Fault[] = [
  killServer,
  killWorker,
  stopServer,
  crashPostgres,
  cutConnections,
  moveClock,
  fillDisk,
  failDisk,
];

/** What counts as quiet begins so long after a fault. */
const AFTERMATH_MS = 1_500;

/** Breaks things. */
export class Breaker {
  readonly #parts: FaultParts;
  readonly #faults: readonly Fault[];
  /** Asked for, and not possible here. */
  readonly impossible: readonly FaultName[];
  #under = 0;
  #lastEnd = Number.NEGATIVE_INFINITY;

  constructor(names: readonly FaultName[], parts: FaultParts) {
    this.#parts = parts;
    const asked = FAULTS.filter(({ name }) => names.includes(name));
    this.#faults = asked.filter((fault) => fault.isPossible(parts));
    this.impossible = asked.filter((fault) => !this.#faults.includes(fault)).map(({ name }) => name);
  }

  /** Whether the disk will be full at times. */
  get fillsDisk(): boolean {
    return this.#faults.includes(fillDisk);
  }

  /** Whether nothing is broken, nor has just been. */
  isQuiet(): boolean {
    return this.#under === 0 && performance.now() - this.#lastEnd > AFTERMATH_MS;
  }

  /** Some faults of all kinds, one after the other, with pauses in which all is well. */
  async breakSome(count: number, signal: AbortSignal): Promise<void> {
    const { random } = this.#parts;
    for (let done = 0; done < count && !signal.aborted; done += 1) {
      await setTimeout(300 + random.below(2_500));
      const fault = this.#choose();
      if (!signal.aborted && fault !== undefined) await this.#during(() => fault.do(this.#parts));
    }
  }

  /** `kill -9` as fast as servers come back, one beside the other. */
  async killSome(count: number, signal: AbortSignal): Promise<void> {
    const { fleet, random } = this.#parts;
    if (!this.#faults.includes(killServer)) return;
    let left = count;
    const takeTurns = async (kill: () => Promise<void>) => {
      while (left > 0 && !signal.aborted) {
        left -= 1;
        await setTimeout(20 + random.below(250));
        await this.#during(kill);
      }
    };
    const killSomeOf = (seat: Seat) =>
      seat === fleet.team && random.chance(0.7) ? killOneWorker(this.#parts) : killSeat(this.#parts, seat);
    await Promise.all(fleet.victims.map((seat) => takeTurns(() => killSomeOf(seat))));
  }

  async #during(work: () => Promise<void>): Promise<void> {
    this.#under += 1;
    try {
      await work();
    } finally {
      this.#under -= 1;
      this.#lastEnd = performance.now();
    }
  }

  #choose(): Fault | undefined {
    const total = this.#faults.reduce((sum, { weight }) => sum + weight, 0);
    let at = this.#parts.random.below(total);
    return this.#faults.find(({ weight }) => {
      at -= weight;
      return at < 0;
    });
  }
}
