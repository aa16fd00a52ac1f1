import { setTimeout } from "node:timers/promises";
import type { Seat } from "../servers/seat.ts";
import type { Fault, FaultParts } from "./fault.ts";
import { SERVER_KILLED, WORKER_KILLED } from "./fault-count.ts";

/** A server dies in the midst of everything, and another takes its seat. With workers, the primary dies, or all die at once. */
export const killServer: Fault = {
  name: "kill",
  weight: 6,
  isPossible: () => true,
  do: (parts) => killSeat(parts, parts.random.pick(parts.fleet.victims)),
};

export async function killSeat({ fleet, random, timeline, count }: FaultParts, seat: Seat): Promise<void> {
  const workers = random.chance(0.5) ? (seat.server?.workers() ?? []) : [];
  timeline.add(`kill -9 of ${seat.name}${workers.length > 0 ? ` and its ${workers.length} workers` : ""}`);
  count.add(SERVER_KILLED);
  for (const pid of workers) kill(pid, "SIGKILL");
  await seat.end("SIGKILL");
  await fleet.seat(seat);
  timeline.add(`${seat.name} is back`);
}

/** A worker dies; its primary replaces it. */
export const killWorker: Fault = {
  name: "worker",
  weight: 4,
  isPossible: ({ fleet }) => fleet.victims.includes(fleet.team),
  do: (parts) => killOneWorker(parts),
};

export async function killOneWorker({ fleet, random, timeline, count }: FaultParts): Promise<void> {
  const workers = fleet.team.workers();
  const pid = workers[random.below(workers.length)];
  if (pid === undefined) return;
  timeline.add(`kill -9 of worker ${pid}`);
  if (!kill(pid, "SIGKILL")) return;
  count.add(WORKER_KILLED);
  const replaced = () => fleet.team.workers().filter((other) => other !== pid).length >= workers.length;
  for (let waited = 0; waited < REPLACED_WITHIN_MS && !replaced(); waited += STEP_MS) await setTimeout(STEP_MS);
}

const REPLACED_WITHIN_MS = 15_000;
const STEP_MS = 20;

/** A server is stopped in good order, and another takes its seat. */
export const stopServer: Fault = {
  name: "stop",
  weight: 1,
  isPossible: () => true,
  async do({ fleet, random, timeline, count }) {
    const seat = random.pick(fleet.victims);
    timeline.add(`SIGTERM to ${seat.name}`);
    count.add("servers stopped (SIGTERM)");
    await seat.end("SIGTERM");
    await fleet.seat(seat);
    timeline.add(`${seat.name} is back`);
  },
};

/** Whether there was such a process. */
function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}
