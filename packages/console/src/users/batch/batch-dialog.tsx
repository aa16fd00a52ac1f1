import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { FormProblem, Notice } from "../../ui/states.tsx";
import type { Operation } from "./operations.ts";
import { type Progress, useBatch } from "./use-batch.ts";

interface BatchDialogProps {
  readonly operation: Operation;
  readonly ids: readonly string[];
  /** `done`: it has begun, so that the selection has had its use. */
  readonly onClose: (done: boolean) => void;
}

/** Asks, does it with its progress shown, and tells what became of it. */
export function BatchDialog({ operation, ids, onClose }: BatchDialogProps) {
  const { progress, run, stop } = useBatch(operation);
  const [typed, setTyped] = useState("");
  const people = `${ids.length.toLocaleString("en")} ${ids.length === 1 ? "user" : "users"}`;
  const ready = !operation.forGood || typed.trim() === String(ids.length);
  if (progress !== undefined)
    return <Running operation={operation} progress={progress} onStop={stop} onClose={() => onClose(true)} />;
  const actions = (
    <>
      <Button onClick={() => onClose(false)}>Cancel</Button>
      <Button type="submit" look="danger" icon={operation.icon} disabled={!ready}>
        {operation.label}
      </Button>
    </>
  );
  return (
    <Dialog
      title={`${operation.label}: ${people}`}
      onClose={() => onClose(false)}
      onSubmit={() => ready && void run(ids)}
      actions={actions}
    >
      <Notice tone={operation.forGood ? "bad" : "warn"} icon="warning">
        {operation.warning}
      </Notice>
      {operation.forGood && (
        <Field label={`Type ${ids.length} to go on`}>
          {(control) => (
            <TextInput {...control} inputMode="numeric" value={typed} onChange={(event) => setTyped(event.target.value)} />
          )}
        </Field>
      )}
    </Dialog>
  );
}

interface RunningProps {
  readonly operation: Operation;
  readonly progress: Progress;
  readonly onStop: () => void;
  readonly onClose: () => void;
}

function Running({ operation, progress, onStop, onClose }: RunningProps) {
  const { total, taken, changed, failures, state, error } = progress;
  const ended = state !== "running";
  const unchanged = taken - changed - failures.length;
  return (
    <Dialog
      title={
        ended ? `${operation.done}: ${changed.toLocaleString("en")} of ${total.toLocaleString("en")}` : `${operation.label}…`
      }
      onClose={ended ? onClose : onStop}
      actions={
        <Button look={ended ? "primary" : "plain"} onClick={ended ? onClose : onStop}>
          {ended ? "Done" : "Stop"}
        </Button>
      }
    >
      {error !== undefined && <FormProblem error={error} />}
      <progress className="progress" max={total} value={taken} aria-label="Progress" />
      <p role="status">
        {taken.toLocaleString("en")} of {total.toLocaleString("en")}
        {unchanged > 0 && `, ${unchanged.toLocaleString("en")} were that way already`}
        {failures.length > 0 && `, ${failures.length.toLocaleString("en")} failed`}
        {state === "stopped" && error === undefined && ", stopped"}
      </p>
      {failures.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it may be longer than its place, and must scroll by keyboard then.
        <ul className="failures" tabIndex={0} aria-label="Users that it was not done to">
          {failures.map(({ id, message }) => (
            <li key={id}>
              <code>{id}</code> {message}
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
