import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, Select } from "../../ui/field.tsx";
import { FormProblem, Notice } from "../../ui/states.tsx";
import type { Format } from "../file/source.ts";
import { type ExportProgress, type ExportScope, useExport } from "./use-export.ts";

interface ExportDialogProps extends ExportScope {
  /** Something is searched for, which exports know nothing of. */
  readonly searched: boolean;
  readonly onClose: () => void;
}

const FORMATS: ReadonlyArray<readonly [Format, string]> = [
  ["ndjson", "NDJSON: a user a line, nothing is lost"],
  ["csv", "CSV: for spreadsheets, the metadata as JSON in one cell"],
];

/** Saves the users of a list into a file, all as they are at one moment. */
export function ExportDialog({ searched, onClose, ...scope }: ExportDialogProps) {
  const [format, setFormat] = useState<Format>("ndjson");
  const { progress, run, stop } = useExport(scope);
  const running = progress?.state === "running";
  const done = progress?.state === "done";
  const actions = (
    <>
      {!done && <Button onClick={running ? stop : onClose}>Cancel</Button>}
      {done ? (
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      ) : (
        <Button type="submit" look="primary" icon="export" busy={running}>
          Export
        </Button>
      )}
    </>
  );
  const submit = () => {
    if (!running && !done) void run(format, `users-${new Date().toISOString().slice(0, 10)}.${format}`);
  };
  return (
    <Dialog title="Export users" onClose={onClose} onSubmit={submit} actions={actions}>
      {progress?.error !== undefined && <Problem error={progress.error} />}
      <p>
        {scope.filter === "" ? "All users of the account" : "The users that pass the filter"}
        {scope.showDeleted ? ", deleted ones too" : ""}, as they are at one moment.
      </p>
      {scope.filter !== "" && <code>{scope.filter}</code>}
      {searched && <Notice tone="warn">The words that are searched for are no part of it: exports go by the filter.</Notice>}
      <Field label="Format">
        {(control) => (
          <Select
            {...control}
            options={FORMATS}
            value={format}
            disabled={running || done}
            onChange={(event) => setFormat(FORMATS.find(([id]) => id === event.target.value)?.[0] ?? "ndjson")}
          />
        )}
      </Field>
      {progress !== undefined && <Far progress={progress} />}
    </Dialog>
  );
}

function Far({ progress: { state, users, total } }: { readonly progress: ExportProgress }) {
  const count = users.toLocaleString("en");
  return (
    <>
      <progress className="progress" max={Math.max(total ?? 0, users, 1)} value={users} aria-label="Progress" />
      <p role="status">
        {state === "done" ? `All ${count} users are in the file: the server's count agrees.` : `${count} users`}
        {state === "running" && total !== undefined && ` of ${total.toLocaleString("en")}`}
      </p>
    </>
  );
}

/** Of the server, or of the file. */
function Problem({ error }: { readonly error: unknown }) {
  const own =
    error instanceof DOMException || (error instanceof Error && error.message.startsWith("The export is incomplete"));
  if (!own) return <FormProblem error={error} />;
  return (
    <Notice tone="bad" icon="warning">
      {error.message}
    </Notice>
  );
}
