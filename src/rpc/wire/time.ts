import { create } from "@bufbuild/protobuf";
import { type Duration, DurationSchema, type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { invalidField } from "../../directory/errors.ts";
import type { Micros } from "../../directory/values/clock.ts";

const MIN_SECONDS = -62_135_596_800n;
const MAX_SECONDS = 253_402_300_799n;

export function toTimestamp(time: Micros): Timestamp {
  const { seconds, nanos } = secondsAndNanos(time);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos });
}

/** The fields of a Timestamp. Before 1970, too, `nanos` counts forward. */
export function secondsAndNanos(time: Micros): { readonly seconds: number; readonly nanos: number } {
  const seconds = Math.floor(time / 1_000_000);
  return { seconds, nanos: (time - seconds * 1_000_000) * 1000 };
}

export function toDuration(time: Micros): Duration {
  const { seconds, nanos } = secondsAndNanos(time);
  return create(DurationSchema, { seconds: BigInt(seconds), nanos });
}

export function parseDuration({ seconds, nanos }: Duration): Micros {
  return Number(seconds) * 1_000_000 + Math.floor(nanos / 1000);
}

/** Throws FIELD_INVALID for what is out of the range of a Timestamp, which ends with the year 9999. */
export function parseTimestamp({ seconds, nanos }: Timestamp, field: string): Micros {
  if (seconds < MIN_SECONDS || seconds > MAX_SECONDS || nanos < 0 || nanos > 999_999_999) {
    throw invalidField(field, "must be a time from 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z");
  }
  const micros = Number(seconds) * 1_000_000 + Math.floor(nanos / 1000);
  // Past the year 2255 a number has no room for more than whole seconds.
  return Number.isSafeInteger(micros) ? micros : Number(seconds) * 1_000_000;
}
