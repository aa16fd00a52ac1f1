import type { Pool, PoolClient } from "pg";
import type { Meter } from "../../metrics/meter.ts";

/** The pool, with a measure of how long it makes wait: for a connection that is free, or for a new one. */
export function measuredPool(pool: Pool, name: string, meter: Meter) {
  const wait = meter.histogram("roster_database_pool_wait_seconds", { pool: name });
  const show = (metric: Parameters<Meter["show"]>[0], state: string | undefined, read: () => number) =>
    meter.show(
      metric,
      () => [{ labels: { pool: name, ...(state !== undefined && { state }) }, value: read() }],
      `${name} ${state}`,
    );
  show("roster_database_pool_connections", "busy", () => pool.totalCount - pool.idleCount);
  show("roster_database_pool_connections", "idle", () => pool.idleCount);
  show("roster_database_pool_waiting", undefined, () => pool.waitingCount);
  show("roster_database_pool_size", undefined, () => pool.options.max);

  async function connectMeasured(): Promise<PoolClient> {
    const start = performance.now();
    try {
      return await pool.connect();
    } finally {
      wait.observe((performance.now() - start) / 1000);
    }
  }
  return {
    options: pool.options,
    end: () => pool.end(),
    connect() {
      if (pool.idleCount === 0) {
        return connectMeasured();
      }
      wait.observe(0);
      return pool.connect();
    },
  };
}
