import type { DescMessage } from "@bufbuild/protobuf";

/**
 * A message before it is encoded: values by the names of their fields. Any value is possible, also such as no library would encode:
 * texts with lone surrogates, numbers of enums that are not there, times out of range.
 */
export interface Tree {
  readonly [field: string]: TreeValue | undefined;
}

export type TreeValue = string | number | bigint | boolean | null | Tree | readonly TreeValue[] | WellKnown;

/** A value of a type of google.protobuf. */
export type WellKnown = Instant | Mask | Json;

/** A Timestamp or Duration. */
export class Instant {
  readonly seconds: bigint;
  readonly nanos: number;

  constructor(seconds: bigint, nanos: number) {
    this.seconds = seconds;
    this.nanos = nanos;
  }
}

/** A FieldMask. */
export class Mask {
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.paths = paths;
  }
}

/** A Struct. */
export class Json {
  readonly value: JsonTree;

  constructor(value: JsonTree) {
    this.value = value;
  }
}

export type JsonTree = string | number | boolean | null | readonly JsonTree[] | { readonly [key: string]: JsonTree };

export function isWellKnown(message: DescMessage): boolean {
  return message.typeName.startsWith("google.protobuf.");
}

export function isTree(value: TreeValue | undefined): value is Tree {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Instant || value instanceof Mask || value instanceof Json)
  );
}
