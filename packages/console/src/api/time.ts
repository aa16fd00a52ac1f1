import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";

const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const UNITS: ReadonlyArray<readonly [Intl.RelativeTimeFormatUnit, number]> = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const DAYS_TOLD = 14;

export function fullTime(time: Timestamp): string {
  return FULL.format(timestampDate(time));
}

export function shortTime(time: Timestamp): string {
  return SHORT.format(timestampDate(time));
}

/** `3 minutes ago`; after some days, the date. */
export function relativeTime(time: Timestamp, now: number = Date.now()): string {
  const seconds = (timestampDate(time).getTime() - now) / 1000;
  if (Math.abs(seconds) > DAYS_TOLD * 86_400) return shortTime(time);
  if (Math.abs(seconds) < 60) return seconds > 1 ? "in a moment" : "just now";
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return RELATIVE.format(Math.trunc(seconds / size), unit);
}

/** RFC 3339 with all digits there are, as filters take it. */
export function isoTime(time: Timestamp): string {
  const micros = Math.floor(time.nanos / 1000);
  const whole = new Date(Number(time.seconds) * 1000).toISOString().slice(0, 19);
  return micros === 0 ? `${whole}Z` : `${whole}.${String(micros).padStart(6, "0").replace(/0+$/, "")}Z`;
}
