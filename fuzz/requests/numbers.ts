import { type DescField, ScalarType } from "@bufbuild/protobuf";
import type { Context } from "./context.ts";
import { Instant, type TreeValue } from "./tree.ts";

const SECONDS = [
  0n,
  1n,
  60n,
  -1n,
  253_402_300_799n,
  253_402_300_800n,
  -62_135_596_800n,
  -62_135_596_801n,
  2n ** 63n - 1n,
  -(2n ** 63n),
] as const;
const NANOS = [0, 1, 1_000, 999_999_999, 1_000_000_000, -1, 2 ** 31 - 1] as const;

export function instantFor(isDuration: boolean, { random, hostile }: Context): Instant {
  const soon = isDuration ? BigInt(random.below(100)) : BigInt(Math.floor(Date.now() / 1000) + random.below(7_200) - 600);
  const isHostile = random.chance(hostile);
  return new Instant(isHostile ? random.pick(SECONDS) : soon, isHostile ? random.pick(NANOS) : random.pick([0, 5_000]));
}

const INTEGERS = [-1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 1_000_001, 1_001, 5_001] as const;
const LONG_INTEGERS = [-1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 53n] as const;

export function numberFor({ name, scalar }: DescField, { random, hostile, known }: Context): TreeValue {
  const isLong = scalar === ScalarType.INT64 || scalar === ScalarType.UINT64;
  if (random.chance(hostile)) return isLong ? random.pick(LONG_INTEGERS) : random.pick(INTEGERS);
  if (name === "min_revision")
    return BigInt(random.chance(0.9) ? (known.any("revision", random) ?? 0) : random.below(1_000));
  return isLong ? BigInt(random.below(10)) : random.pick([0, 1, 2, 3, 10, 50, 1_000]);
}
