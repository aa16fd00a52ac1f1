import { useRef, useState } from "react";
import { useTitle } from "../../router/use-title.ts";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/states.tsx";
import { formatOf } from "../file/source.ts";
import { survey } from "../file/survey.ts";
import type { Chosen } from "./chosen.ts";
import { DropPlace } from "./drop-place.tsx";
import { ImportFile } from "./import-file.tsx";

/** Imports users from a file: its columns are mapped, its rows shown and checked, then they land. */
export function ImportPage() {
  useTitle("Import");
  const [chosen, setChosen] = useState<Chosen>();
  const [reading, setReading] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const current = useRef<AbortController>(undefined);
  const choose = async (file: File) => {
    current.current?.abort();
    const own = new AbortController();
    current.current = own;
    const format = formatOf(file.name);
    setProblem(undefined);
    if (format === undefined) return setProblem(`The name of ${file.name} does not end with .csv, .tsv, .ndjson or .jsonl.`);
    setReading(file.name);
    try {
      const found = await survey(file, format, own.signal);
      if (found.rows === 0) setProblem(`There are no rows in ${file.name}.`);
      else setChosen({ file, format, survey: found });
    } catch (error) {
      if (own.signal.aborted) return;
      setProblem(`${file.name} can't be read: ${error instanceof Error ? error.message : String(error)}`);
    }
    setReading(undefined);
  };
  const startAnew = () => {
    setChosen(undefined);
    setProblem(undefined);
  };
  return (
    <div className="page page-scroll">
      <div className="page-head">
        <h1>Import users</h1>
        {chosen && <Button onClick={startAnew}>Another file</Button>}
      </div>
      {problem !== undefined && (
        <div role="alert">
          <Notice tone="bad" icon="warning">
            {problem}
          </Notice>
        </div>
      )}
      {chosen === undefined ? (
        <DropPlace reading={reading} onFile={(file) => void choose(file)} />
      ) : (
        <ImportFile key={`${chosen.file.name} ${chosen.file.lastModified}`} chosen={chosen} />
      )}
    </div>
  );
}
