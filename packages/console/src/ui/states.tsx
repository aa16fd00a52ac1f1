import type { ReactNode } from "react";
import { problemOf } from "../api/problem.ts";
import { Button } from "./button.tsx";
import { Icon, type IconName } from "./icon.tsx";

/** There is nothing, why, and what could be done. */
export function Empty({
  icon,
  title,
  children,
}: {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="state">
      <span className="state-icon">
        <Icon name={icon} size={22} />
      </span>
      <p className="state-title">{title}</p>
      {children !== undefined && <div className="state-text">{children}</div>}
    </div>
  );
}

/** A call has failed: what it says, by what it is found in the log, and another try. */
export function Failed({ error, onRetry }: { readonly error: unknown; readonly onRetry?: (() => void) | undefined }) {
  const { message, reason, requestId } = problemOf(error);
  return (
    <div className="state" role="alert">
      <span className="state-icon state-bad">
        <Icon name="warning" size={22} />
      </span>
      <p className="state-title">{message}</p>
      <div className="state-text">
        {reason !== undefined && <code>{reason}</code>}
        {requestId !== undefined && <span className="faint"> request {requestId}</span>}
      </div>
      {onRetry !== undefined && (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** A failure in a form, above its buttons. */
export function FormProblem({ error }: { readonly error: unknown }) {
  const { message, requestId } = problemOf(error);
  return (
    <p className="notice notice-bad" role="alert">
      <Icon name="warning" />
      <span>
        {message}
        {requestId !== undefined && <span className="notice-faint"> request {requestId}</span>}
      </span>
    </p>
  );
}

export function Notice({
  tone = "calm",
  icon = "info",
  children,
}: {
  readonly tone?: "calm" | "warn" | "bad" | "good";
  readonly icon?: IconName;
  readonly children: ReactNode;
}) {
  return (
    <div className={`notice notice-${tone}`}>
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}

/** The place of text that is on its way. */
export function Skeleton({ width = "60%" }: { readonly width?: string }) {
  return <span className="skeleton" style={{ width }} />;
}

/** Tells screen readers that something is on its way. */
export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="visually-hidden" role="status">
      Loading {what}
    </p>
  );
}
