import { setTimeout } from "node:timers/promises";
import type { Store } from "../../directory/store/store.ts";
import type { Survey } from "../../directory/store/survey.ts";
import { SECOND } from "../../directory/values/clock.ts";
import type { NameOf } from "../../metrics/definitions.ts";
import type { Meter } from "../../metrics/meter.ts";

/** Surveys take no more than this part of one core, however many accounts there are and however often somebody asks. */
const MAX_SHARE = 0.02;
const MIN_INTERVAL_MS = 5_000;
/** Whoever asks does not wait longer than this for a new survey. */
const PATIENCE_MS = 1_000;
/** What is older is not shown: the database does not answer. */
const MAX_AGE_MS = 600_000;

/** Shows the state of the database as a whole. For one process of a server. */
export function showSurvey(meter: Meter, store: Pick<Store, "survey">): void {
  const surveys = new Surveys(store);
  meter.beforeReading(() => surveys.refresh());
  for (const [name, take] of VALUES) {
    meter.show(name, () => (surveys.last === undefined ? undefined : (take(surveys.last) ?? undefined)));
  }
}

const VALUES: ReadonlyArray<[NameOf<"gauge">, (survey: Survey) => number | null]> = [
  ["roster_accounts", ({ accounts }) => accounts],
  ["roster_history_revisions", ({ historyRevisions }) => historyRevisions],
  ["roster_history_floor_timestamp_seconds", ({ historyFloorTime: time }) => time && time / SECOND],
  ["roster_search_lag_revisions", ({ unsearchableRevisions }) => unsearchableRevisions],
  ["roster_migrations_pending", ({ pendingMigrations }) => pendingMigrations],
  ["roster_migrations_unknown", ({ unknownMigrations }) => unknownMigrations],
  ["roster_database_size_bytes", ({ databaseBytes }) => databaseBytes],
  ["roster_sqlite_wal_size_bytes", ({ logBytes }) => logBytes],
  ["roster_sqlite_disk_free_bytes", ({ freeBytes }) => freeBytes],
];

class Surveys {
  readonly #store: Pick<Store, "survey">;
  #last: { readonly survey: Survey; readonly time: number } | undefined;
  #underWay: Promise<void> | undefined;
  #notBefore = 0;

  constructor(store: Pick<Store, "survey">) {
    this.#store = store;
  }

  get last(): Survey | undefined {
    return this.#last !== undefined && performance.now() - this.#last.time < MAX_AGE_MS ? this.#last.survey : undefined;
  }

  async refresh(): Promise<void> {
    if (this.#underWay === undefined && performance.now() < this.#notBefore) {
      return;
    }
    this.#underWay ??= this.#make().finally(() => {
      this.#underWay = undefined;
    });
    const answered = new AbortController();
    const patience = setTimeout(PATIENCE_MS, undefined, { signal: answered.signal }).catch(() => {});
    await Promise.race([this.#underWay, patience]);
    answered.abort();
  }

  /** One that fails is left out: that the database is out of order is told by other metrics, and in the log. */
  async #make(): Promise<void> {
    const start = performance.now();
    const survey = await this.#store.survey().catch(() => undefined);
    const end = performance.now();
    this.#notBefore = end + Math.max(MIN_INTERVAL_MS, (end - start) / MAX_SHARE);
    if (survey !== undefined) this.#last = { survey, time: end };
  }
}
