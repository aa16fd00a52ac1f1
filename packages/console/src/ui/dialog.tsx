import { type FormEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { IconButton } from "./button.tsx";

interface DialogProps {
  readonly title: string;
  readonly wide?: boolean;
  /** The buttons below. */
  readonly actions?: ReactNode;
  readonly onClose: () => void;
  /** Present: the dialog is a form. */
  readonly onSubmit?: () => void;
  readonly children: ReactNode;
}

/** Where one begins to type; without a field, what the dialog is for. */
const FIRST = ".dialog-body :is(input, select, textarea):not(:disabled, [type=checkbox]), .dialog-foot .button:last-child";

/** A modal dialog of the browser: it holds the focus, and the Escape key closes it. */
export function Dialog({ title, wide = false, actions, onClose, onSubmit, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    ref.current?.showModal();
    ref.current?.querySelector<HTMLElement>(FIRST)?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onSubmit?.();
  };
  const Body = onSubmit === undefined ? "div" : "form";
  return (
    <dialog
      ref={ref}
      className={`dialog ${wide ? "dialog-wide" : ""}`}
      aria-labelledby={titleId}
      onCancel={onClose}
      onClose={onClose}
    >
      <Body className="dialog-form" noValidate={onSubmit === undefined ? undefined : true} onSubmit={onSubmit && submit}>
        <header className="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton label="Close" icon="close" onClick={onClose} />
        </header>
        <div className="dialog-body">{children}</div>
        {actions !== undefined && <footer className="dialog-foot">{actions}</footer>}
      </Body>
    </dialog>
  );
}
