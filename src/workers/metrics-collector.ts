import { setTimeout } from "node:timers/promises";
import type { Metric } from "../metrics/metric.ts";
import type { MetricsRequest, MetricsResponse } from "./messages.ts";

/** A worker that has not answered by then is left out. */
const ANSWER_TIMEOUT_MS = 1_000;

type Send = (message: MetricsRequest) => void;

/** In the primary: asks the workers for their metrics. */
export class MetricsCollector {
  readonly #requests = new Map<number, (metrics: readonly Metric[]) => void>();
  #lastRequest = 0;

  async collect(workers: readonly Send[]): Promise<Array<readonly Metric[]>> {
    const answers = await Promise.all(workers.map((send) => this.#ask(send)));
    return answers.filter((answer) => answer !== undefined);
  }

  /** Takes what a worker sends. */
  receive({ request, metrics }: MetricsResponse): void {
    this.#requests.get(request)?.(metrics);
  }

  async #ask(send: Send): Promise<readonly Metric[] | undefined> {
    this.#lastRequest += 1;
    const request = this.#lastRequest;
    const { promise: answered, resolve } = Promise.withResolvers<readonly Metric[]>();
    this.#requests.set(request, resolve);
    send({ type: "metrics-requested", request });
    const answer = await Promise.race([answered, setTimeout(ANSWER_TIMEOUT_MS, undefined, { ref: false })]);
    this.#requests.delete(request);
    return answer;
  }
}
