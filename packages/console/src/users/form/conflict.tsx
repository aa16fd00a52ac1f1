import { fromJson } from "@bufbuild/protobuf";
import { useMemo, useState } from "react";
import { type User, UserSchema } from "../../api/schema.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/states.tsx";
import { nameOf } from "../user-names.ts";
import { labelOf, type Values, valuesOf, valueText } from "../user-values.ts";
import { type Draft, toDraft, toUser } from "./draft.ts";
import { type Clash, merge, metadataOf, resolve } from "./merge.ts";

interface ConflictProps {
  /** The user as it was when the form was opened. */
  readonly base: User;
  /** The user as somebody has saved it since. */
  readonly theirs: User;
  readonly draft: Draft;
  readonly onResolve: (merged: Draft) => void;
  /** Back to the form. */
  readonly onBack: () => void;
  readonly onClose: () => void;
}

const KEY_DEPTH = 1;

/** Two versions of a user side by side, to choose from where both have changed the same. */
export function Conflict({ base, theirs, draft, onResolve, onBack, onClose }: ConflictProps) {
  const [keepTheirs, setKeepTheirs] = useState<ReadonlySet<string>>(new Set());
  const [was, is, mine] = useMemo(
    () => [valuesOf(base, KEY_DEPTH), valuesOf(theirs, KEY_DEPTH), draftValues(base, draft)] as const,
    [base, theirs, draft],
  );
  const { clashes, theirs: others } = merge(was, is, mine);
  const choose = (place: string, kept: boolean) => {
    const chosen = new Set(keepTheirs);
    if (kept) chosen.add(place);
    else chosen.delete(place);
    setKeepTheirs(chosen);
  };
  const actions = (
    <>
      <Button onClick={onBack}>Back to the form</Button>
      <Button type="submit" look="primary">
        Save this
      </Button>
    </>
  );
  return (
    <Dialog
      title={`${nameOf(theirs)} was changed meanwhile`}
      wide
      onClose={onClose}
      actions={actions}
      onSubmit={() => onResolve(toMergedDraft(theirs, resolve(was, is, mine, keepTheirs)))}
    >
      {clashes.length === 0 ? (
        <Notice tone="good" icon="check">
          Somebody else saved this user after you had opened it, but changed other fields than you. Both changes can be saved
          together.
        </Notice>
      ) : (
        <Notice tone="warn" icon="warning">
          Somebody else saved this user after you had opened it. Choose, where both of you changed the same.
        </Notice>
      )}
      {clashes.length > 0 && (
        <table className="compare">
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Saved meanwhile</th>
              <th scope="col">Yours</th>
            </tr>
          </thead>
          <tbody>
            {clashes.map((clash) => (
              <ClashRow key={clash.place} clash={clash} kept={keepTheirs.has(clash.place)} choose={choose} />
            ))}
          </tbody>
        </table>
      )}
      {others.length > 0 && (
        <p className="soft">
          Also changed by them, and kept:{" "}
          {others.map(({ place, after }) => `${labelOf(place)} (${valueText(after) || "nothing"})`).join(", ")}
        </p>
      )}
    </Dialog>
  );
}

function ClashRow({
  clash,
  kept,
  choose,
}: {
  readonly clash: Clash;
  readonly kept: boolean;
  readonly choose: (place: string, kept: boolean) => void;
}) {
  const { place, base, theirs, mine } = clash;
  const side = (value: typeof mine, checked: boolean, whose: string) => (
    <td>
      <label className={`choice ${checked ? "choice-on" : ""}`}>
        <input type="radio" name={place} checked={checked} onChange={() => choose(place, whose === "theirs")} />
        <span className="choice-value">{valueText(value) || <span className="faint">nothing</span>}</span>
      </label>
    </td>
  );
  return (
    <tr>
      <th scope="row">
        {labelOf(place)}
        <span className="faint compare-base">was {valueText(base) || "nothing"}</span>
      </th>
      {side(theirs, kept, "theirs")}
      {side(mine, !kept, "mine")}
    </tr>
  );
}

/** A verification that was there before stays that of then. */
function draftValues(base: User, draft: Draft): Values {
  const user = toUser(draft);
  if (draft.emailVerified && base.emailVerifyTime) user.emailVerifyTime = base.emailVerifyTime;
  return valuesOf(user, KEY_DEPTH);
}

function toMergedDraft(theirs: User, values: Values): Draft {
  const fields = [...values].filter(([place]) => !place.startsWith("metadata"));
  const merged = fromJson(UserSchema, { ...Object.fromEntries(fields), metadata: metadataOf(values) });
  return { ...toDraft(theirs), ...toDraft(merged) };
}
