import type { JsonObject } from "@bufbuild/protobuf";
import type { FieldProblem } from "../../api/problem.ts";
import { UserStatus } from "../../api/schema.ts";
import { useSession } from "../../session/session.ts";
import { Checkbox, Field, Select, TextArea, TextInput } from "../../ui/field.tsx";
import { STATUS_NAMES } from "../user-names.ts";
import type { Draft } from "./draft.ts";
import { MetadataEditor } from "./metadata-editor.tsx";

interface UserFormProps {
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  /** What the server has found wrong. */
  readonly problems: readonly FieldProblem[];
  /** An existing user can't become invited again. */
  readonly isNew: boolean;
  readonly schema: JsonObject | undefined;
}

/** The fields of a user. */
export function UserForm({ draft, onChange, problems, isNew, schema }: UserFormProps) {
  const { who } = useSession();
  const set = <K extends keyof Draft>(name: K, value: Draft[K]) => onChange({ ...draft, [name]: value });
  const text = (
    name: "displayName" | "name" | "email" | "externalId" | "project",
    label: string,
    path: string,
    hint?: string,
  ) => (
    <Field label={label} hint={hint} error={problemAt(problems, path)}>
      {(control) => <TextInput {...control} value={draft[name]} onChange={(event) => set(name, event.target.value)} />}
    </Field>
  );
  const statuses = [
    UserStatus.ACTIVE,
    UserStatus.SUSPENDED,
    ...(isNew || draft.status === UserStatus.INVITED ? [UserStatus.INVITED] : []),
  ];
  return (
    <>
      <div className="form-grid">
        {text("displayName", "Display name", "display_name", "For people")}
        {text("name", "Name", "name", "For machines and prompts")}
        {text("email", "E-mail", "email")}
        {text("externalId", "External id", "external_id", "Your own id of this user")}
        {text("project", "Project", "project")}
        <Field label="Status" error={problemAt(problems, "status")}>
          {(control) => (
            <Select
              {...control}
              value={String(draft.status)}
              options={statuses.map((each) => [String(each), STATUS_NAMES[each]])}
              onChange={(event) => set("status", Number(event.target.value))}
            />
          )}
        </Field>
      </div>
      <div className="form-checks">
        <Checkbox
          label="E-mail verified"
          checked={draft.emailVerified}
          disabled={draft.email === ""}
          onChange={(event) => set("emailVerified", event.target.checked)}
        />
        {who.superAdmin && (
          <Checkbox
            label="Super admin: keys of this user act on every account"
            checked={draft.superAdmin}
            onChange={(event) => set("superAdmin", event.target.checked)}
          />
        )}
      </div>
      <Field label="About" error={problemAt(problems, "about")}>
        {(control) => (
          <TextArea {...control} rows={3} value={draft.about} onChange={(event) => set("about", event.target.value)} />
        )}
      </Field>
      <MetadataEditor
        value={draft.metadata}
        onChange={(metadata) => set("metadata", metadata)}
        schema={schema}
        problems={problems.filter(({ field }) => field.startsWith("user.metadata"))}
      />
    </>
  );
}

function problemAt(problems: readonly FieldProblem[], path: string): string | undefined {
  return problems.find(({ field }) => field === `user.${path}` || field === path)?.description;
}
