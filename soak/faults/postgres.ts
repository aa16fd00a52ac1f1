import type { Fault } from "./fault.ts";

/** PostgreSQL crashes, whole or one of its processes, and starts again. */
export const crashPostgres: Fault = {
  name: "postgres",
  weight: 2,
  isPossible: ({ database }) => database.postgres !== undefined,
  async do({ database: { postgres }, random, timeline, count }) {
    if (postgres === undefined) return;
    const backends = random.chance(0.3) ? await postgres.backends() : [];
    const backend = backends[random.below(backends.length)];
    if (backend !== undefined) {
      timeline.add(`kill -9 of a process of PostgreSQL, ${backend}: it ends all others and recovers`);
      count.add("PostgreSQL: a process killed (SIGKILL)");
      process.kill(backend, "SIGKILL");
      return;
    }
    timeline.add("PostgreSQL is shut down at once");
    count.add("PostgreSQL restarted (immediate)");
    await postgres.restart();
    timeline.add("PostgreSQL is back");
  },
};

/** The connections to PostgreSQL are gone, by its own command or on the way to it. */
export const cutConnections: Fault = {
  name: "connections",
  weight: 3,
  isPossible: ({ database }) => database.postgres !== undefined,
  async do({ database: { postgres }, random, timeline, count }) {
    if (postgres === undefined) return;
    if (random.chance(0.5)) {
      const cut = postgres.cut();
      timeline.add(`${cut} connections to PostgreSQL cut`);
      count.add("connections to PostgreSQL cut (TCP)", cut);
      return;
    }
    const ended = await postgres.terminate();
    timeline.add(`${ended} connections ended by PostgreSQL`);
    count.add("connections ended by PostgreSQL (pg_terminate_backend)", ended);
  },
};
