import { keysOf } from "../directory/values/records.ts";
import { DEFINITIONS, definitionOf, type MetricName, type NameOf } from "./definitions.ts";
import { Counter, Histogram } from "./instruments.ts";
import type { Labels, Metric, Sample } from "./metric.ts";

/** What a reading shows: a number, or one for each set of labels. Undefined: nothing is known. */
export type Reading = number | undefined | readonly Sample[];

/**
 * The metrics of one process. Whoever counts or measures something asks for its counter or histogram once, and then changes plain numbers;
 * what can be looked up when somebody asks is shown by a function. They become samples only when they are read.
 */
export class Meter {
  readonly #readings = new Map<MetricName, Map<string, () => Reading>>();
  readonly #counters = new Map<string, Counter>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #preparations: Array<() => Promise<void>> = [];

  /** The one of these labels. */
  counter(name: NameOf<"counter">, labels: Labels = {}): Counter {
    const key = `${name} ${JSON.stringify(labels)}`;
    const counter = this.#counters.get(key) ?? new Counter();
    this.#counters.set(key, counter);
    this.#show(name, key, () => [{ labels, value: counter.value }]);
    return counter;
  }

  /** The one of these labels. */
  histogram(name: NameOf<"histogram">, labels: Labels = {}): Histogram {
    const key = `${name} ${JSON.stringify(labels)}`;
    const histogram = this.#histograms.get(key) ?? new Histogram(DEFINITIONS[name].buckets);
    this.#histograms.set(key, histogram);
    this.#show(name, key, () => samplesOf(name, histogram, labels));
    return histogram;
  }

  /** `read` is called each time somebody asks. One key has one reading. */
  show(name: NameOf<"counter" | "gauge">, read: () => Reading, key = ""): void {
    this.#show(name, key, read);
  }

  /** `prepare` runs before each reading, for what takes time to find out. It must not take long, nor throw. */
  beforeReading(prepare: () => Promise<void>): void {
    this.#preparations.push(prepare);
  }

  /** All that has a value now. */
  async read(): Promise<Metric[]> {
    await Promise.all(this.#preparations.map((prepare) => prepare()));
    return keysOf(DEFINITIONS).flatMap((name) => {
      const { help, type } = definitionOf(name);
      const values = [...(this.#readings.get(name)?.values() ?? [])].flatMap((read) => toSamples(read()));
      return values.length === 0 ? [] : [{ name, help, type, values }];
    });
  }

  #show(name: MetricName, key: string, read: () => Reading): void {
    const readings = this.#readings.get(name) ?? new Map<string, () => Reading>();
    this.#readings.set(name, readings.set(key, read));
  }
}

function toSamples(reading: Reading): readonly Sample[] {
  return typeof reading === "number" ? [{ labels: {}, value: reading }] : (reading ?? []);
}

function samplesOf(name: string, { bounds, counts, sum }: Histogram, labels: Labels): Sample[] {
  let count = 0;
  const buckets = counts.map((value, index) => {
    count += value;
    return { labels: { ...labels, le: bounds[index] ?? "+Inf" }, value: count, metricName: `${name}_bucket` };
  });
  return [
    ...buckets,
    { labels, value: sum, metricName: `${name}_sum` },
    { labels, value: count, metricName: `${name}_count` },
  ];
}
