import { type Duration, durationFromMs, type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { InvalidArgumentError } from "commander";
import { InvalidValue, parseDuration } from "../../config/parse.ts";

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** The value of an option that is a time. */
export function parseTimeOption(text: string): Timestamp {
  const time = new Date(text);
  if (!RFC_3339.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError("It must be a time as in RFC 3339, for example 2027-01-31T12:00:00Z.");
  }
  return timestampFromDate(time);
}

/** The value of an option that is a stretch of time. */
export function parseDurationOption(text: string): Duration {
  return durationFromMs(parseMillisOption(text));
}

/** As `parseDurationOption`, in milliseconds. */
export function parseMillisOption(text: string): number {
  try {
    return parseDuration(text) / 1000;
  } catch (error) {
    throw error instanceof InvalidValue ? new InvalidArgumentError(`It ${error.message}.`) : error;
  }
}
