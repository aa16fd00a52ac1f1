import { setTimeout } from "node:timers/promises";
import type { Metric } from "../server/metrics/metrics.ts";
import type { Measure, Measured } from "./messages.ts";

/** One that has not answered by then is left out. */
const PATIENCE_MS = 1_000;

type Send = (message: Measure) => void;

/** Asks workers what they have measured. */
export class Measures {
  readonly #asked = new Map<number, (metrics: readonly Metric[]) => void>();
  #count = 0;

  async ask(workers: readonly Send[]): Promise<Array<readonly Metric[]>> {
    const answers = await Promise.all(workers.map((send) => this.#askOne(send)));
    return answers.filter((answer) => answer !== undefined);
  }

  /** Takes what came from a worker. */
  receive({ question, metrics }: Measured): void {
    this.#asked.get(question)?.(metrics);
  }

  async #askOne(send: Send): Promise<readonly Metric[] | undefined> {
    this.#count += 1;
    const question = this.#count;
    const { promise: answered, resolve } = Promise.withResolvers<readonly Metric[]>();
    this.#asked.set(question, resolve);
    send({ type: "measure", question });
    const answer = await Promise.race([answered, setTimeout(PATIENCE_MS, undefined, { ref: false })]);
    this.#asked.delete(question);
    return answer;
  }
}
