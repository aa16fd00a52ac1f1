import type { WatchState } from "../api/follow.ts";

const TEXTS = {
  live: ["Live", "Changes show as they are made"],
  connecting: ["Connecting", "Changes will show once the server answers"],
  paused: ["Paused", "Changes show again once this page is in sight"],
  broken: ["Not live", "Load the page again to see what has changed"],
} as const;

export function LiveBadge({ state }: { readonly state: WatchState }) {
  const [text, title] = TEXTS[state];
  return (
    <span className={`live live-${state}`} title={title}>
      {text}
    </span>
  );
}
