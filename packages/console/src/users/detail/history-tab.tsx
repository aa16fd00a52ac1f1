import { useMemo } from "react";
import { type UserChange, UserChangeType } from "../../api/schema.ts";
import { Empty, Failed, Loading } from "../../ui/states.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { type Difference, differences, labelOf, valuesOf, valueText } from "../user-values.ts";
import type { TabProps } from "./tab-props.ts";
import { useHistory } from "./use-history.ts";

const TITLES = {
  [UserChangeType.UNSPECIFIED]: "Changed",
  [UserChangeType.CREATED]: "Created",
  [UserChangeType.UPDATED]: "Changed",
  [UserChangeType.DELETED]: "Deleted",
  [UserChangeType.UNDELETED]: "Brought back",
  [UserChangeType.PURGED]: "Purged",
  [UserChangeType.LEFT_FILTER]: "Changed",
} as const satisfies Record<UserChangeType, string>;

/** As far as objects are taken apart. */
const DEPTH = 16;

interface Step {
  readonly change: UserChange;
  readonly differences: readonly Difference[];
}

/** Every change of a user that is kept, the last one first, with what it has changed. */
export function HistoryTab({ user, live }: TabProps) {
  const { data, error, refetch } = useHistory(user.id);
  const steps = useMemo(() => {
    const kept = data?.changes ?? [];
    const last = kept.at(-1)?.version ?? 0n;
    const all = [...kept, ...live.changes.filter(({ version }) => version > last)];
    return all.map((change, index): Step => {
      const before = index === 0 ? data?.former : all[index - 1]?.user;
      return { change, differences: differences(valuesOf(before, DEPTH), valuesOf(change.user, DEPTH)) };
    });
  }, [data, live.changes]);
  if (error) return <Failed error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Loading what="the history" />;
  if (steps.length === 0) {
    return (
      <Empty icon="history" title="No changes are kept">
        The server forgets changes after a while; see Retention in the view of the server.
      </Empty>
    );
  }
  return (
    <ol className="history" aria-label="Changes, the last one first">
      {steps.toReversed().map(({ change, differences: changed }) => (
        <li key={String(change.version)} className="card">
          <div className="card-head">
            <h2>{TITLES[change.type]}</h2>
            <p className="soft history-facts">
              <span>version {String(change.version)}</span>
              {change.apiKeyId !== "" && (
                <span>
                  by key <code>{change.apiKeyId}</code>
                </span>
              )}
              <TimeText time={change.commitTime} />
            </p>
          </div>
          <Diff changed={changed} />
        </li>
      ))}
    </ol>
  );
}

function Diff({ changed }: { readonly changed: readonly Difference[] }) {
  if (changed.length === 0) return <p className="faint">Nothing that is kept differs.</p>;
  return (
    <table className="diff">
      <thead className="visually-hidden">
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {changed.map(({ place, before, after }) => (
          <tr key={place}>
            <th scope="row">{labelOf(place)}</th>
            <td>{before !== undefined && <del>{valueText(before) || '""'}</del>}</td>
            <td>{after !== undefined && <ins>{valueText(after) || '""'}</ins>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
