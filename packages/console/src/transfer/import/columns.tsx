import type { JsonValue } from "@bufbuild/protobuf";
import { Select } from "../../ui/field.tsx";
import type { Survey } from "../file/survey.ts";
import { type Mapping, PREFIX, TARGETS } from "./mapping.ts";

interface ColumnsProps {
  readonly survey: Survey;
  readonly mapping: Mapping;
  readonly onChange: (mapping: Mapping) => void;
}

/** What each column of a file means. */
export function Columns({ survey: { columns, sample }, mapping, onChange }: ColumnsProps) {
  const taken = Object.values(mapping).filter((target) => target !== "");
  const twice = new Set(taken.filter((target, index) => taken.indexOf(target) !== index));
  return (
    <section className="card" aria-label="Columns">
      <table className="compare columns-table">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">First value</th>
            <th scope="col">Becomes</th>
          </tr>
        </thead>
        <tbody>
          {columns.map((column) => {
            const key = column.startsWith(PREFIX) ? column : PREFIX + column;
            const target = mapping[column] ?? "";
            return (
              <tr key={column}>
                <th scope="row">
                  <code>{column}</code>
                </th>
                <td className="truncate soft">{textOf(sample.find(({ cells }) => column in cells)?.cells[column])}</td>
                <td>
                  <Select
                    aria-label={`What ${column} becomes`}
                    options={[...TARGETS, [key, key]]}
                    value={target}
                    onChange={(event) => onChange({ ...mapping, [column]: event.target.value })}
                  />
                  {twice.has(target) && <p className="field-error">Another column becomes it, too: the last one counts.</p>}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}

function textOf(value: JsonValue | undefined): string {
  return value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);
}
