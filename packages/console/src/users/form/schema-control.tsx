import type { JsonValue } from "@bufbuild/protobuf";
import { useState } from "react";
import { Field, Select, TextArea, TextInput } from "../../ui/field.tsx";
import type { SchemaField } from "./schema-fields.ts";

interface SchemaControlProps {
  readonly field: SchemaField;
  readonly value: JsonValue | undefined;
  /** Undefined: the key is taken out. */
  readonly onChange: (value: JsonValue | undefined) => void;
  readonly error: string | undefined;
}

/** The control for a place that a schema describes. */
export function SchemaControl({ field, value, onChange, error }: SchemaControlProps) {
  const { label, hint, required, control } = field;
  return (
    <Field label={label} hint={hint} error={error} required={required}>
      {(props) => {
        if (control.kind === "choice") {
          const options = control.values.map((each) => [JSON.stringify(each), String(each)] as const);
          return (
            <Select
              {...props}
              value={value === undefined ? "" : JSON.stringify(value)}
              options={[["", "Not set"], ...options]}
              onChange={(event) =>
                onChange(event.target.value === "" ? undefined : (JSON.parse(event.target.value) as JsonValue))
              }
            />
          );
        }
        if (control.kind === "number") {
          return (
            <TextInput
              {...props}
              type="number"
              step={control.step}
              min={control.min}
              max={control.max}
              value={typeof value === "number" ? value : ""}
              onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.valueAsNumber)}
            />
          );
        }
        if (control.kind === "text" && (value === undefined || typeof value === "string")) {
          return (
            <TextInput
              {...props}
              type={control.type}
              value={value ?? ""}
              onChange={(event) => onChange(event.target.value === "" ? undefined : event.target.value)}
            />
          );
        }
        return <JsonInput {...props} value={value} onChange={onChange} />;
      }}
    </Field>
  );
}

/** Text that becomes a value as soon as it is JSON. */
function JsonInput({
  value,
  onChange,
  ...props
}: {
  readonly id: string;
  readonly value: JsonValue | undefined;
  readonly onChange: (value: JsonValue | undefined) => void;
}) {
  const [text, setText] = useState(value === undefined ? "" : JSON.stringify(value, undefined, 2));
  const wrong = text !== "" && parsed(text) === undefined;
  const edit = (next: string) => {
    setText(next);
    if (next === "" || parsed(next) !== undefined) onChange(parsed(next));
  };
  return (
    <TextArea
      {...props}
      className="mono"
      rows={3}
      value={text}
      aria-invalid={wrong || undefined}
      onChange={(event) => edit(event.target.value)}
    />
  );
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
