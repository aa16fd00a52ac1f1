import type { FieldProblem } from "../../api/problem.ts";
import { ApiKeyRole } from "../../api/schema.ts";
import { useSession } from "../../session/session.ts";
import { Checkbox, Field, Select, TextArea, TextInput } from "../../ui/field.tsx";
import { type KeyDraft, localTime } from "./key-draft.ts";

interface KeyFormProps {
  readonly draft: KeyDraft;
  readonly onChange: (draft: KeyDraft) => void;
  /** What the server has found wrong. */
  readonly problems: readonly FieldProblem[];
  /** Role and user can't be changed later. */
  readonly isNew: boolean;
}

const ROLES: ReadonlyArray<readonly [string, string]> = [
  [String(ApiKeyRole.READER), "READER – reads users and sessions"],
  [String(ApiKeyRole.WRITER), "WRITER – writes them, too"],
  [String(ApiKeyRole.ADMIN), "ADMIN – keys and account, too"],
  [String(ApiKeyRole.SELF), "SELF – its own user only"],
];

/** The fields of a key. */
export function KeyForm({ draft, onChange, problems, isNew }: KeyFormProps) {
  const { who } = useSession();
  const set = <K extends keyof KeyDraft>(name: K, value: KeyDraft[K]) => onChange({ ...draft, [name]: value });
  const text = (name: "displayName" | "userId" | "perSecond" | "burst", label: string, path: string, hint?: string) => (
    <Field label={label} hint={hint} error={problemAt(problems, path)} required={name === "displayName"}>
      {(control) => (
        <TextInput
          {...control}
          {...((name === "perSecond" || name === "burst") && { type: "number", min: 0, step: 1 })}
          value={draft[name]}
          onChange={(event) => set(name, event.target.value)}
        />
      )}
    </Field>
  );
  return (
    <>
      <div className="form-grid">
        {text("displayName", "Name", "display_name", "Where it is used: billing, nightly export")}
        {isNew && (
          <Field label="Role" error={problemAt(problems, "role")}>
            {(control) => (
              <Select
                {...control}
                options={ROLES}
                value={String(draft.role)}
                onChange={(event) => set("role", Number(event.target.value))}
              />
            )}
          </Field>
        )}
        {isNew && text("userId", "On behalf of the user", "user_id", "Its id. Left empty, it is you.")}
        <Expiry
          value={draft.expires}
          onChange={(value) => set("expires", value)}
          error={problemAt(problems, "expire_time")}
        />
        {text("perSecond", "Calls a second", "rate_limit.per_second", "Left empty, what the server lets every key make")}
        {text("burst", "Calls at once", "rate_limit.burst", "After a rest. Left empty, as many as a second.")}
      </div>
      <Checkbox
        label="Mutating calls must carry a nonce, good for one call"
        checked={draft.requireNonce}
        onChange={(event) => set("requireNonce", event.target.checked)}
      />
      {who.superAdmin && (
        <Field
          label="Names in client certificates"
          hint="A SPIFFE id or DNS name a line, which stand for the secret on servers that ask for certificates."
          error={problemAt(problems, "certificate_names")}
        >
          {(control) => (
            <TextArea
              {...control}
              className="mono"
              rows={2}
              value={draft.certificateNames}
              onChange={(event) => set("certificateNames", event.target.value)}
            />
          )}
        </Field>
      )}
    </>
  );
}

const DAYS = [7, 30, 90, 365] as const;
const DAY_MS = 86_400_000;

interface ExpiryProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly error: string | undefined;
}

function Expiry({ value, onChange, error }: ExpiryProps) {
  return (
    <div className="expiry">
      <Field label="Ends" hint="Left empty, it never ends." error={error}>
        {(control) => (
          <TextInput {...control} type="datetime-local" value={value} onChange={(event) => onChange(event.target.value)} />
        )}
      </Field>
      <div className="expiry-quick">
        {DAYS.map((days) => (
          <button
            key={days}
            type="button"
            className="chip"
            onClick={() => onChange(localTime(new Date(Date.now() + days * DAY_MS)))}
          >
            {days === 365 ? "1 year" : `${days} days`}
          </button>
        ))}
        <button type="button" className="chip" onClick={() => onChange("")}>
          Never
        </button>
      </div>
    </div>
  );
}

function problemAt(problems: readonly FieldProblem[], path: string): string | undefined {
  return problems.find(({ field }) => field === path || field.startsWith(`api_key.${path}`))?.description;
}
