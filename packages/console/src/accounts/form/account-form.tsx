import type { FieldProblem } from "../../api/problem.ts";
import { Field, TextArea, TextInput } from "../../ui/field.tsx";
import { metadataProblem } from "../../users/form/draft.ts";
import type { AccountDraft } from "./account-draft.ts";

interface AccountFormProps {
  readonly draft: AccountDraft;
  readonly onChange: (draft: AccountDraft) => void;
  /** What the server has found wrong. */
  readonly problems: readonly FieldProblem[];
  readonly isNew: boolean;
}

/** The fields of an account. */
export function AccountForm({ draft, onChange, problems, isNew }: AccountFormProps) {
  const set = (name: keyof AccountDraft, value: string) => onChange({ ...draft, [name]: value });
  return (
    <>
      <div className="form-grid">
        <Field label="Name" required error={problemsAt(problems, "name")}>
          {(control) => <TextInput {...control} value={draft.name} onChange={(event) => set("name", event.target.value)} />}
        </Field>
        <Field
          label="Slug"
          hint={isNew ? "For links. Left empty, it comes from the name." : "For links: lower-case words, joined by hyphens"}
          error={problemsAt(problems, "slug")}
        >
          {(control) => (
            <TextInput
              {...control}
              className="mono"
              value={draft.slug}
              onChange={(event) => set("slug", event.target.value)}
            />
          )}
        </Field>
      </div>
      <JsonField
        label="Metadata"
        hint="Anything you want to keep with the account: a JSON object."
        value={draft.metadata}
        onChange={(value) => set("metadata", value)}
        problem={problemsAt(problems, "metadata")}
      />
      <Field
        label="What users may change of their own"
        hint="Places in their metadata, a line each, as profile.city. For callers with the role SELF."
        error={problemsAt(problems, "self_writable")}
      >
        {(control) => (
          <TextArea
            {...control}
            className="mono"
            rows={3}
            value={draft.selfWritable}
            onChange={(event) => set("selfWritable", event.target.value)}
          />
        )}
      </Field>
      <JsonField
        label="Metadata schema"
        hint="A JSON Schema that the metadata of users must keep to. Left empty, anything goes."
        value={draft.schema}
        onChange={(value) => set("schema", value)}
        problem={problemsAt(problems, "metadata_schema")}
      />
    </>
  );
}

interface JsonFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly problem: string | undefined;
}

const [LEAST_ROWS, MOST_ROWS] = [4, 14];

function JsonField({ label, hint, value, onChange, problem }: JsonFieldProps) {
  return (
    <Field label={label} hint={hint} error={metadataProblem(value) ?? problem}>
      {(control) => (
        <TextArea
          {...control}
          className="mono"
          rows={Math.min(MOST_ROWS, Math.max(LEAST_ROWS, value.split("\n").length + 1))}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

/** What is wrong at a field of the account, or below it. */
function problemsAt(problems: readonly FieldProblem[], path: string): string | undefined {
  const full = `account.${path}`;
  const found = problems.filter(
    ({ field }) => field === full || (field.startsWith(full) && /^[.[]/.test(field.slice(full.length))),
  );
  return (
    found.map(({ field, description }) => (field === full ? description : `${field}: ${description}`)).join("; ") ||
    undefined
  );
}
