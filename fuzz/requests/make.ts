import type { DescMethod } from "@bufbuild/protobuf";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { SERVICES } from "../../src/rpc/permissions/permissions.ts";
import type { Random } from "../../test/server/random.ts";
import { CALLERS } from "../callers/callers.ts";
import type { Known } from "../callers/known.ts";
import { some } from "./filters.ts";
import { treeFor } from "./messages.ts";
import { companionsOf, merged, placesOf } from "./places.ts";
import type { Shot } from "./shot.ts";
import { spoil } from "./spoil.ts";
import { ABSURD } from "./texts.ts";
import { canCarry, toShot, WIRES } from "./wires.ts";

/** All that a server serves. */
export const METHODS: readonly DescMethod[] = [...SERVICES, Health, ServerReflection, ServerReflectionAlpha].flatMap(
  ({ methods }) => methods,
);

const BY_PATH = new Map(METHODS.map((method) => [`${method.parent.typeName}/${method.name}`, method]));

export function methodOf(shot: Shot): DescMethod | undefined {
  return BY_PATH.get(shot.path.slice(1).split("?", 1)[0] ?? "");
}

const HOSTILITY = [0, 0, 0.02, 0.1, 0.4] as const;
const TIMEOUTS = [1, 50, 10_000] as const;

/** Any request of any method, by anybody, by any way: as it should be, or spoilt. */
export function makeShot(random: Random, known: Known): Shot {
  const [method, caller] = [someMethod(random), random.pick(CALLERS)];
  const tree = treeFor(method.input, { random, known, method, self: caller, hostile: random.pick(HOSTILITY) });
  const wire = random.pick(some(WIRES.filter((way) => canCarry(way, method))));
  const shot = toShot(wire, method, tree, {
    secret: random.chance(0.02) ? undefined : `{${caller}}`,
    gzip: random.chance(0.1),
    takesGzip: random.chance(0.3),
    timeout: random.chance(0.1) ? random.pick(TIMEOUTS) : undefined,
    nonce: caller === "NONCE" || random.chance(0.05) ? known.any("nonce", random) : undefined,
  });
  return random.chance(0.35) ? spoil(shot, random) : shot;
}

/** After these, all callers are refused. */
const RARE: ReadonlySet<string> = new Set(["SuspendAccount", "DeleteAccount"]);

function someMethod(random: Random): DescMethod {
  const method = random.pick(some(METHODS));
  return RARE.has(method.name) && random.chance(0.9) ? someMethod(random) : method;
}

/** Every text that callers should never send, in every place where text goes, each by another way: this part of so many. */
export function* sweep(part: number, parts: number): Generator<Shot> {
  let turn = 0;
  for (const method of METHODS) {
    const wires = WIRES.filter((wire) => canCarry(wire, method) && wire.family !== "get");
    for (const place of placesOf(method.input)) {
      for (const [, text] of ABSURD) {
        turn += 1;
        if (turn % parts !== part) continue;
        const wire = some(wires.slice(turn % wires.length))[0];
        const tree = merged(companionsOf(method.name), place.fill(text));
        yield toShot(wire, method, tree, { secret: "{SUPER}", gzip: false, takesGzip: false });
      }
    }
  }
}
