import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { FormProblem } from "./states.tsx";

interface ConfirmProps {
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  readonly busy: boolean;
  readonly error: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  /** What will happen. */
  readonly children: ReactNode;
}

/** Asks before something that can't be taken back. */
export function Confirm({ title, action, busy, error, onConfirm, onClose, children }: ConfirmProps) {
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="danger" busy={busy}>
        {action}
      </Button>
    </>
  );
  return (
    <Dialog title={title} onClose={onClose} onSubmit={onConfirm} actions={actions}>
      {error ? <FormProblem error={error} /> : null}
      <div>{children}</div>
    </Dialog>
  );
}
