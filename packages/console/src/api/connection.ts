import { useSyncExternalStore } from "react";

/** Whether the server is in reach, as the last calls have shown. */
export type Connection = "online" | "unreachable" | "offline";

const listeners = new Set<() => void>();
let reached = true;

export function noteReached(now: boolean): void {
  if (reached === now) return;
  reached = now;
  for (const listener of listeners) listener();
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, current);
}

function current(): Connection {
  return !navigator.onLine ? "offline" : reached ? "online" : "unreachable";
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("online", listener);
  window.addEventListener("offline", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("online", listener);
    window.removeEventListener("offline", listener);
  };
}
