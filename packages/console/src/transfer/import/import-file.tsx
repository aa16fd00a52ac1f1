import { useState } from "react";
import { ImportMode } from "../../api/schema.ts";
import { Button } from "../../ui/button.tsx";
import { Checkbox, Field, Select } from "../../ui/field.tsx";
import type { Chosen } from "./chosen.ts";
import { Columns } from "./columns.tsx";
import { guessTarget, type Mapping, PREFIX, toUser } from "./mapping.ts";
import { Outcome } from "./outcome.tsx";
import { Preview } from "./preview.tsx";
import { useImport } from "./use-import.ts";

const MODES: ReadonlyArray<readonly [string, string]> = [
  [String(ImportMode.CREATE_ONLY), "Are refused"],
  [String(ImportMode.SKIP_EXISTING), "Are left as they are"],
  [String(ImportMode.UPSERT), "Are replaced"],
];

/** A file that was read through: how it is to be imported, and what becomes of it. */
export function ImportFile({ chosen }: { readonly chosen: Chosen }) {
  const { file, format, survey } = chosen;
  const [mapping, setMapping] = useState<Mapping>(() =>
    Object.fromEntries(survey.columns.map((column) => [column, guessTarget(column)])),
  );
  const [mode, setMode] = useState<ImportMode>(ImportMode.CREATE_ONLY);
  const [typed, setTyped] = useState(true);
  const read = (row: (typeof survey.sample)[number]) => toUser(row.cells, mapping, typed);
  const work = useImport({ file, format, rows: survey.rows, mode, read, settings: JSON.stringify([mapping, mode, typed]) });
  const rows = survey.rows.toLocaleString("en");
  const hasKeys = format === "csv" && Object.values(mapping).some((target) => target.startsWith(PREFIX));
  if (work.state !== undefined) {
    return <Outcome chosen={chosen} work={work} />;
  }
  return (
    <>
      <p className="soft">
        {file.name}: {rows} {survey.rows === 1 ? "row" : "rows"}
      </p>
      <div className="import-parts">
        <Columns survey={survey} mapping={mapping} onChange={setMapping} />
        <section className="card import-options" aria-label="How">
          <Field label="Users that exist" hint="Known by their id, else by their external id.">
            {(control) => (
              <Select
                {...control}
                options={MODES}
                value={String(mode)}
                onChange={(event) => setMode(Number(event.target.value))}
              />
            )}
          </Field>
          {hasKeys && (
            <Checkbox
              label="Numbers, true and false in metadata are such, and not text"
              checked={typed}
              onChange={(event) => setTyped(event.target.checked)}
            />
          )}
          <div className="user-actions">
            <Button icon="check" onClick={() => void work.start(true)}>
              Check all rows
            </Button>
            <Button look="primary" icon="import" onClick={() => void work.start(false)}>
              Import {rows} {survey.rows === 1 ? "row" : "rows"}
            </Button>
          </div>
        </section>
      </div>
      <Preview rows={survey.sample} read={read} all={survey.rows} />
    </>
  );
}
