import { setTimeout } from "node:timers/promises";
import type { ReplicaProblem, ReplicaStatus } from "../../directory/store/replicas.ts";
import type { Engine } from "../engine.ts";
import { type Place, placeOfPrimary } from "../postgres/replication.ts";
import type { Replica } from "./replica.ts";

/** Told when reads begin or cease to go to a replica. */
export type OnReplicaChange = (replica: Pick<ReplicaStatus, "name" | "problem">) => void;

const INTERVAL_MS = 1_000;
const ANSWER_MS = 2_000;
/** So far back it can be told how far a replica is behind. */
const SAMPLED_MS = 600_000;

interface Sample {
  readonly time: number;
  readonly position: number;
}

/** Looks at the replicas once a second: whether each answers, is a standby of this directory, and is not too far behind. */
export class ReplicaMonitor {
  readonly #primary: Engine;
  readonly #replicas: readonly Replica[];
  readonly #maxLagMs: number;
  readonly #onChange: OnReplicaChange;
  readonly #timer: NodeJS.Timeout;
  /** Where the primary was of late, oldest first. */
  #samples: readonly Sample[] = [];
  #directory: string | null = null;
  #looking: Promise<void> | undefined;
  #closed = false;

  constructor(
    primary: Engine,
    replicas: readonly Replica[],
    { maxLagMs, onChange }: { readonly maxLagMs: number; readonly onChange: OnReplicaChange },
  ) {
    this.#primary = primary;
    this.#replicas = replicas;
    this.#maxLagMs = maxLagMs;
    this.#onChange = onChange;
    this.#timer = setInterval(() => void this.look(), INTERVAL_MS);
    void this.look();
  }

  /** Looks at them now, unless it does already. Never throws. */
  async look(): Promise<void> {
    this.#looking ??= this.#lookAtAll();
    await this.#looking;
    this.#looking = undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #lookAtAll(): Promise<void> {
    if (this.#closed) return;
    await this.#lookAtPrimary().catch(() => {});
    await Promise.all(this.#replicas.map((replica) => this.#lookAt(replica)));
  }

  /** Without an answer, how far replicas are behind is told by what is known. */
  async #lookAtPrimary(): Promise<void> {
    const time = performance.now();
    const { position, directory } = await withinTime(placeOfPrimary(this.#primary.reader));
    this.#directory = directory;
    if (position !== null) {
      const recent = this.#samples.filter((sample) => time - sample.time <= SAMPLED_MS);
      this.#samples = [...recent, { time, position }];
    }
  }

  async #lookAt(replica: Replica): Promise<void> {
    const place = await withinTime(replica.place()).catch((cause: unknown) => ({ cause }));
    // At its very first start a directory has no name yet.
    if (this.#closed || this.#directory === null) return;
    replica.lagMs = "cause" in place ? Number.POSITIVE_INFINITY : this.#lagAt(place);
    const problem: ReplicaProblem | undefined =
      "cause" in place ? { reason: "unreachable", ...place } : this.#problemAt(place, replica.lagMs);
    if (problem?.reason !== "too far behind" || this.#canTell()) this.#judge(replica, problem);
  }

  #problemAt({ position, directory }: Place, lagMs: number): ReplicaProblem | undefined {
    if (position === null) return { reason: "no standby" };
    if (directory !== this.#directory) return { reason: "other directory" };
    return lagMs > this.#maxLagMs ? { reason: "too far behind" } : undefined;
  }

  /** The time since the primary was last seen at a place that the replica has reached. */
  #lagAt({ position }: Place): number {
    const reached = this.#samples.findLast((sample) => position !== null && sample.position <= position);
    return reached === undefined ? Number.POSITIVE_INFINITY : performance.now() - reached.time;
  }

  /** Whether the primary has been looked at for so long that a replica that has reached none of it is too far behind. */
  #canTell(): boolean {
    const [oldest] = this.#samples;
    return oldest !== undefined && performance.now() - oldest.time > this.#maxLagMs;
  }

  #judge(replica: Replica, problem: ReplicaProblem | undefined): void {
    const changed = !replica.looked || replica.problem?.reason !== problem?.reason;
    replica.looked = true;
    replica.problem = problem;
    if (problem?.reason === "unreachable") replica.giveUp();
    if (changed) this.#onChange(replica);
  }
}

/** Throws if the answer takes too long. */
async function withinTime<T>(answer: Promise<T>): Promise<T> {
  const late = setTimeout(ANSWER_MS, undefined, { ref: false }).then(() => {
    throw new Error(`no answer for ${ANSWER_MS / 1000} seconds`);
  });
  return Promise.race([answer, late]);
}
