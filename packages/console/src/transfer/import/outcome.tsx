import { useHref } from "../../session/account.ts";
import { Button, LinkButton } from "../../ui/button.tsx";
import { download } from "../../ui/download.ts";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { badRowsFile } from "./bad-rows.ts";
import type { Chosen } from "./chosen.ts";
import type { ImportWork } from "./use-import.ts";

interface OutcomeProps {
  readonly chosen: Chosen;
  readonly work: ImportWork;
}

const SHOWN = 100;

/** How far an import is, and what has become of it. */
export function Outcome({ chosen, work }: OutcomeProps) {
  const { file, survey } = chosen;
  const { state, checkOnly, progress, error } = work;
  const { taken, bad } = progress;
  const ended = state === "done" || state === "stopped";
  const number = (value: number) => value.toLocaleString("en");
  const counts = [
    [checkOnly ? "Would be created" : "Created", progress.created],
    [checkOnly ? "Would be replaced" : "Replaced", progress.updated],
    ["Left as they are", progress.skipped],
    ["Bad rows", bad.length],
  ] as const;
  return (
    <section className="card import-outcome" aria-label={checkOnly ? "Check" : "Import"}>
      <div className="card-head">
        <h2>
          {ended
            ? `${file.name} was ${checkOnly ? "checked" : "imported"}${state === "stopped" ? " in part" : ""}`
            : `${checkOnly ? "Checking" : "Importing"} ${file.name}…`}
        </h2>
        <p className="soft" role="status">
          {number(taken)} of {number(survey.rows)} rows
        </p>
      </div>
      <progress className="progress" max={survey.rows} value={taken} aria-label="Progress" />
      {error !== undefined && <FormProblem error={error} />}
      {state === "stopped" && !checkOnly && (
        <Notice>
          What has landed stays. Go on, and the server knows it again: no row is imported twice, within a day and in this
          page.
        </Notice>
      )}
      <dl className="counts">
        {counts.map(([label, count]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{number(count)}</dd>
          </div>
        ))}
      </dl>
      <Bad work={work} />
      <OutcomeActions chosen={chosen} work={work} ended={ended} />
    </section>
  );
}

function Bad({ work: { progress } }: { readonly work: ImportWork }) {
  if (progress.bad.length === 0) return null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may be longer than its place, and must scroll by keyboard then.
    <ul className="failures" tabIndex={0} aria-label="Bad rows">
      {progress.bad.slice(0, SHOWN).map(({ row, message }) => (
        <li key={row.line}>
          <span className="faint">Line {row.line}:</span> {message}
        </li>
      ))}
      {progress.bad.length > SHOWN && <li className="faint">and more, in the file</li>}
    </ul>
  );
}

function OutcomeActions({ chosen: { file, format, survey }, work, ended }: OutcomeProps & { readonly ended: boolean }) {
  const { state, checkOnly, progress, start, stop, reset } = work;
  const href = useHref();
  const save = () => {
    const name = `${file.name.replace(/\.\w+$/, "")}.bad.${format}`;
    download(name, format === "csv" ? "text/csv" : "application/x-ndjson", [
      ...badRowsFile(progress.bad, survey.columns, format),
    ]);
  };
  return (
    <div className="user-actions">
      {!ended && (
        <Button busy={state === "stopping"} onClick={stop}>
          Cancel
        </Button>
      )}
      {ended && <Button onClick={reset}>Back to the columns</Button>}
      {ended && progress.bad.length > 0 && (
        <Button icon="export" onClick={save}>
          Save the bad rows
        </Button>
      )}
      {ended && (checkOnly || state === "stopped") && (
        <Button look="primary" icon="import" onClick={() => void start(false)}>
          {checkOnly ? "Import" : "Go on"}
        </Button>
      )}
      {ended && !checkOnly && state === "done" && (
        <LinkButton look="primary" href={href(["users"])}>
          Look at the users
        </LinkButton>
      )}
    </div>
  );
}
