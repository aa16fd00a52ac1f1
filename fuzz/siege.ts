import { setTimeout } from "node:timers/promises";
import { readResources } from "../soak/servers/resources.ts";
import type { Random } from "../test/server/random.ts";
import type { Attack, AttackCount } from "./attacks/attack.ts";
import { FLOODS } from "./attacks/floods.ts";
import { type Call, HonestClient } from "./attacks/honest.ts";
import { HTTP1_ATTACKS } from "./attacks/http1.ts";
import { STALLS } from "./attacks/stalls.ts";
import type { Findings } from "./finding.ts";
import type { Target } from "./target.ts";

export const ATTACKS: Readonly<Record<string, Attack>> = { ...FLOODS, ...STALLS, ...HTTP1_ATTACKS };

/** What an attack has done to others. */
export interface Besieged extends AttackCount {
  readonly attack: string;
  readonly port: "http" | "grpc";
  readonly seconds: number;
  /** Milliseconds of the calls of the honest client. */
  readonly honest: readonly number[];
  /** Mebibytes of the server: before, and the most. */
  readonly memory: readonly [number, number];
}

export interface Siege {
  /** Milliseconds of the calls of the honest client while nobody attacks. */
  readonly idle: number[];
  readonly attacks: Besieged[];
}

export interface SiegeOptions {
  readonly target: Target;
  /** Of a key that may read, and of the user whom it belongs to. */
  readonly secret: string;
  readonly userId: string;
  readonly random: Random;
  readonly findings: Findings;
  /** Their names. */
  readonly attacks: readonly string[];
  readonly secondsEach: number;
  readonly idleSeconds: number;
  readonly tell: (line: string) => void;
}

const HONEST_PAUSE_MS = 20;
const LOOK_EVERY_MS = 100;

/** One attack after the other, on each port, and an honest client beside them. */
export async function besiege(options: SiegeOptions, siege: Siege): Promise<void> {
  const { target, secret, userId, findings, tell } = options;
  const { http, grpc } = target.origins;
  const honest = new HonestClient({ secret, userId, http: http.origin, grpc: grpc.origin, pauseMs: HONEST_PAUSE_MS });
  await setTimeout(WARM_UP_MS);
  honest.take();
  for (const [attack, run] of Object.entries(ATTACKS).filter(([name]) => options.attacks.includes(name))) {
    for (const port of ["http", "grpc"] as const) {
      await setTimeout(options.idleSeconds * 1000);
      siege.idle.push(...check(honest.take(), `before ${attack}`, findings));
      const result = await attackOnce(attack, run, port, options);
      const calls = check(honest.take(), `during ${attack} on the port ${port}`, findings);
      siege.attacks.push({ ...result, honest: calls });
      tell(`${attack}, ${port}: ${calls.length} honest calls, ${result.connections} connections, ${result.closed} closed`);
      if (!target.server.isRunning()) return findings.add({ what: `the server has ended: ${attack}, ${port}` });
      await setTimeout(options.idleSeconds * 500);
      check(honest.take(), `after ${attack}`, findings);
    }
  }
  await honest.stop();
}

const WARM_UP_MS = 1_500;

async function attackOnce(
  attack: string,
  run: Attack,
  port: "http" | "grpc",
  { target, secret, random, secondsEach }: SiegeOptions,
): Promise<Omit<Besieged, "honest">> {
  const count = { connections: 0, closed: 0, bytes: 0 };
  const before = readResources(target.server.pid).mebibytes;
  let most = before;
  const looking = setInterval(() => {
    if (target.server.isRunning()) most = Math.max(most, readResources(target.server.pid).mebibytes);
  }, LOOK_EVERY_MS);
  const start = performance.now();
  await run({
    origin: target.origins[port],
    secret,
    random,
    signal: AbortSignal.timeout(Math.ceil(secondsEach * 1000)),
    count,
  });
  clearInterval(looking);
  return { attack, port, ...count, seconds: (performance.now() - start) / 1000, memory: [before, most] };
}

function check(calls: readonly Call[], when: string, findings: Findings): number[] {
  for (const { error } of calls) {
    if (error !== undefined) findings.add({ what: `a call of an honest client failed ${when}: ${error}` });
  }
  return calls.map(({ milliseconds }) => milliseconds);
}
