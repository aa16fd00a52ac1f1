import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { useId, useMemo, useState } from "react";
import type { FieldProblem } from "../../api/problem.ts";
import { Field, TextArea } from "../../ui/field.tsx";
import { metadataProblem, parseObject } from "./draft.ts";
import { SchemaControl } from "./schema-control.tsx";
import { schemaFields } from "./schema-fields.ts";

interface MetadataEditorProps {
  /** JSON. */
  readonly value: string;
  readonly onChange: (text: string) => void;
  /** What the account demands of metadata. */
  readonly schema: JsonObject | undefined;
  readonly problems: readonly FieldProblem[];
}

/** Edits metadata: field by field where the account has a schema, else as JSON. */
export function MetadataEditor({ value, onChange, schema, problems }: MetadataEditorProps) {
  const fields = useMemo(() => schemaFields(schema), [schema]);
  const [asText, setAsText] = useState(false);
  const id = useId();
  const problem = metadataProblem(value);
  const form = fields.length > 0 && !asText && problem === undefined;
  return (
    <fieldset className="metadata" aria-describedby={`${id}-hint`}>
      <legend className="field-label">Metadata</legend>
      {fields.length > 0 && (
        <div className="segments">
          <button type="button" aria-pressed={form} disabled={problem !== undefined} onClick={() => setAsText(false)}>
            Form
          </button>
          <button type="button" aria-pressed={!form} onClick={() => setAsText(true)}>
            JSON
          </button>
        </div>
      )}
      {form ? (
        <MetadataForm
          fields={fields}
          metadata={parseObject(value)}
          problems={problems}
          onChange={(metadata) => onChange(JSON.stringify(metadata, undefined, 2))}
        />
      ) : (
        <Field
          label="JSON"
          error={
            problem ??
            (problems.map(({ field, description }) => `${field.replace(/^user\./, "")}: ${description}`).join("; ") ||
              undefined)
          }
        >
          {(control) => (
            <TextArea
              {...control}
              className="mono"
              rows={Math.min(18, Math.max(5, value.split("\n").length + 1))}
              value={value}
              onChange={(event) => onChange(event.target.value)}
            />
          )}
        </Field>
      )}
      <p id={`${id}-hint`} className="field-hint">
        {schema === undefined
          ? "Anything you want to keep with the user: a JSON object."
          : "The account has a schema, which the server checks."}
      </p>
    </fieldset>
  );
}

interface MetadataFormProps {
  readonly fields: ReturnType<typeof schemaFields>;
  readonly metadata: JsonObject;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (metadata: JsonObject) => void;
}

function MetadataForm({ fields, metadata, problems, onChange }: MetadataFormProps) {
  const others = Object.keys(metadata).filter((key) => !fields.some((field) => field.key === key));
  const set = (key: string, value: JsonValue | undefined) => {
    const { [key]: _, ...rest } = metadata;
    onChange(value === undefined ? rest : { ...rest, [key]: value });
  };
  return (
    <div className="form-grid">
      {fields.map((field) => (
        <SchemaControl
          key={field.key}
          field={field}
          value={metadata[field.key]}
          onChange={(value) => set(field.key, value)}
          error={problems.find((problem) => isAt(problem.field, field.key))?.description}
        />
      ))}
      {others.length > 0 && (
        <p className="field-hint form-wide">
          Not in the schema, see JSON: <code>{others.join(", ")}</code>
        </p>
      )}
    </div>
  );
}

/** Whether a place that the server names is the key of metadata, or below it. */
function isAt(place: string, key: string): boolean {
  return [`user.metadata.${key}`, `user.metadata[${JSON.stringify(key)}]`].some(
    (start) => place === start || (place.startsWith(start) && /^[.[]/.test(place.slice(start.length))),
  );
}
