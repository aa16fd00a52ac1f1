import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { useSyncExternalStore } from "react";
import { fullTime, isoTime, relativeTime } from "../api/time.ts";

/** How long ago; the whole time when pointed at. */
export function TimeText({ time, absent = "–" }: { readonly time: Timestamp | undefined; readonly absent?: string }) {
  const now = useSyncExternalStore(subscribe, minute);
  if (time === undefined) return <span className="faint">{absent}</span>;
  return (
    <time dateTime={isoTime(time)} title={`${fullTime(time)}\n${isoTime(time)}`}>
      {relativeTime(time, Math.max(now, Date.now()))}
    </time>
  );
}

const MINUTE_MS = 60_000;

function minute(): number {
  return Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
}

/** Times that are told by how long ago they are change by themselves. */
function subscribe(listener: () => void): () => void {
  const timer = setInterval(listener, MINUTE_MS);
  return () => clearInterval(timer);
}
