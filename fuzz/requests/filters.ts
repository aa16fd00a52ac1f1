import { LISTS } from "../../src/rpc/server/lists.ts";
import type { Random } from "../../test/server/random.ts";
import type { Context } from "./context.ts";
import { SHORT_ABSURD } from "./texts.ts";

const OPERATORS = ["==", "!=", "<", "<=", ">", ">="] as const;
const METHODS = ["startsWith", "endsWith", "contains"] as const;
const LITERALS = [
  '"a"',
  '""',
  "1",
  "-1.5",
  "true",
  "null",
  "[]",
  '["a", 1]',
  'timestamp("2026-01-01T00:00:00Z")',
  "18446744073709551616u",
];
const HOSTILE = [
  "(".repeat(500),
  "!".repeat(200),
  `${"a == 1 || ".repeat(100)}true`,
  'id.matches("(a+)+$")',
  'metadata["\\u0000"] == 1',
  'timestamp("99999-01-01T00:00:00Z") == create_time',
  "1/0 == 1",
  "[1,2,3].map(x, x*x) == [1]",
  "users.all(u, true)",
  "-9223372036854775808 == version",
  'b"\\xff" == id',
  "id == id",
  '"\\ud800" == id',
  "metadata.a.b.c.d.e.f.g.h.i.j.k == {}",
  "has(metadata) && has(id)",
  "__proto__.constructor == 1",
  "a ? b : c",
];

/** A filter of CEL as the method may take one. */
export function filterFor({ method, random, hostile }: Context): string {
  if (random.chance(hostile)) return random.chance(0.5) ? random.pick(some(HOSTILE)) : random.pick(some(SHORT_ABSURD));
  const fields = namesOf(method.name, "filterFields");
  const filter = expression(random, fields, 0);
  return random.chance(hostile) ? filter.slice(0, random.below(filter.length + 1)) : filter;
}

const DIRECTIONS = ["", " desc", " asc", ":asc", ":desc", " sideways"] as const;

export function orderFor({ method, random, hostile }: Context): string {
  if (random.chance(hostile)) return random.pick(some(SHORT_ABSURD));
  const fields = namesOf(method.name, "orderFields");
  const terms = Array.from({ length: 1 + random.below(3) }, () => `${random.pick(some(fields))}${random.pick(DIRECTIONS)}`);
  return terms.join(random.chance(0.5) ? ", " : ",");
}

function expression(random: Random, fields: readonly string[], depth: number): string {
  const form = depth > 3 ? 0 : random.below(8);
  const inner = () => expression(random, fields, depth + 1);
  switch (form) {
    case 1:
      return `${inner()} && ${inner()}`;
    case 2:
      return `(${inner()} || ${inner()})`;
    case 3:
      return `!(${inner()})`;
    case 4:
      return `has(${place(random, fields)})`;
    case 5:
      return `${place(random, fields)}.${random.pick(METHODS)}(${literal(random)})`;
    case 6:
      return `${literal(random)} in ${place(random, fields)}`;
    default:
      return `${place(random, fields)} ${random.pick(OPERATORS)} ${literal(random)}`;
  }
}

function place(random: Random, fields: readonly string[]): string {
  const field = random.pick(some(fields));
  return field.startsWith("metadata") || random.chance(0.2)
    ? `metadata.${random.pick(["a", "plan", "b.c", "tags"])}`
    : field;
}

function literal(random: Random): string {
  return random.chance(0.1) ? JSON.stringify(random.pick(some(SHORT_ABSURD))) : random.pick(some(LITERALS));
}

function namesOf(method: string, names: "filterFields" | "orderFields"): readonly string[] {
  return LISTS.find((list) => list.method.endsWith(`/${method}`))?.[names] ?? ["id", "name"];
}

/** For `pick`, which wants to see that there is one. */
export function some<T>(items: readonly T[]): readonly [T, ...T[]] {
  const [first, ...others] = items;
  if (first === undefined) throw new Error("there must be one to pick");
  return [first, ...others];
}
