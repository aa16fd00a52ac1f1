import type { User } from "../../api/schema.ts";
import { StatusBadge } from "../../users/user-status.tsx";
import type { SourceRow } from "../file/source.ts";

interface PreviewProps {
  readonly rows: readonly SourceRow[];
  /** Throws an Error that says what is wrong. */
  readonly read: (row: SourceRow) => User;
  /** How many rows there are in all. */
  readonly all: number;
}

/** The first rows of a file, as the users that they become. */
export function Preview({ rows, read, all }: PreviewProps) {
  return (
    <section className="card" aria-label="Preview">
      <div className="card-head">
        <h2>Preview</h2>
        <p className="faint">
          {rows.length < all ? `the first ${rows.length} of ${all.toLocaleString("en")} rows` : "all rows"}
        </p>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it may be wider than its place, and must scroll by keyboard then. */}
      <div className="preview" tabIndex={0}>
        <table>
          <thead>
            <tr>
              {["Line", "Display name", "E-mail", "External id", "Status", "Metadata"].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <PreviewRow key={row.line} row={row} read={read} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function PreviewRow({ row, read }: { readonly row: SourceRow; readonly read: PreviewProps["read"] }) {
  const user = attempt(row, read);
  return (
    <tr>
      <td className="faint">{row.line}</td>
      {typeof user === "string" ? (
        <td colSpan={5} className="preview-problem">
          {user}
        </td>
      ) : (
        <>
          <td>{user.displayName || user.name}</td>
          <td>{user.email}</td>
          <td className="mono">{user.externalId || user.id}</td>
          <td>{user.status !== undefined && <StatusBadge user={user} />}</td>
          <td className="mono">{user.metadata && JSON.stringify(user.metadata)}</td>
        </>
      )}
    </tr>
  );
}

function attempt(row: SourceRow, read: PreviewProps["read"]): User | string {
  try {
    return row.problem ?? read(row);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
