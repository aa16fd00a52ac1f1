import { REFUSAL_CAUSES, refusalCauseOf } from "../../directory/keys/refusal.ts";
import { keysOf } from "../../directory/values/records.ts";
import type { Meter } from "../../metrics/meter.ts";

const LIMITS = ["key", "token", "account", "address"] as const;
const EFFECTS = ["refused", "delayed"] as const;

/** Counts who was not let in, and who had to wait. All are there from the start, so that a first one shows. */
export class AdmissionMetrics {
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
    for (const cause of keysOf(REFUSAL_CAUSES)) meter.counter("roster_authentication_failures_total", { cause });
    for (const limit of LIMITS) {
      for (const effect of EFFECTS) {
        if (limit !== "address" || effect === "refused") meter.counter("roster_rate_limits_hit_total", { limit, effect });
      }
    }
  }

  /** What has failed for other causes is not counted. */
  authenticationFailed(error: unknown): void {
    const cause = refusalCauseOf(error);
    if (cause !== undefined) this.#meter.counter("roster_authentication_failures_total", { cause }).add();
  }

  limitHit(limit: (typeof LIMITS)[number], effect: (typeof EFFECTS)[number]): void {
    this.#meter.counter("roster_rate_limits_hit_total", { limit, effect }).add();
  }
}
