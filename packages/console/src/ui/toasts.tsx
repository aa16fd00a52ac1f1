import { useSyncExternalStore } from "react";
import { problemOf } from "../api/problem.ts";
import { Button, IconButton } from "./button.tsx";
import { Icon } from "./icon.tsx";

export interface Toast {
  readonly text: string;
  readonly tone?: "good" | "bad";
  /** How to go back, as long as the note is there. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

interface Shown extends Toast {
  readonly id: number;
}

const SHOWN_MS = 5_000;
const WITH_ACTION_MS = 20_000;

let shown: readonly Shown[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Tells the user what has happened, in a corner, and to screen readers. A failure stays until it is closed. */
export function tell(toast: Toast): void {
  lastId += 1;
  const id = lastId;
  set([...shown.slice(-3), { ...toast, id }]);
  if (toast.tone !== "bad") setTimeout(() => dismiss(id), toast.action === undefined ? SHOWN_MS : WITH_ACTION_MS);
}

export function tellProblem(error: unknown): void {
  const { message, requestId } = problemOf(error);
  tell({ text: requestId === undefined ? message : `${message} (request ${requestId})`, tone: "bad" });
}

export function Toasts() {
  const toasts = useSyncExternalStore(subscribe, () => shown);
  return (
    <section className="toasts" aria-live="polite" aria-label="Notes">
      {toasts.map(({ id, text, tone = "good", action }) => (
        <div key={id} className={`toast toast-${tone}`}>
          <Icon name={tone === "bad" ? "warning" : "check"} />
          <span className="toast-text">{text}</span>
          {action !== undefined && (
            <Button
              look="quiet"
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton label="Dismiss" icon="close" onClick={() => dismiss(id)} />
        </div>
      ))}
    </section>
  );
}

function dismiss(id: number): void {
  set(shown.filter((toast) => toast.id !== id));
}

function set(toasts: readonly Shown[]): void {
  shown = toasts;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
