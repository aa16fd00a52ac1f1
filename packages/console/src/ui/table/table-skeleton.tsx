import { Skeleton } from "../states.tsx";
import type { Column } from "./column.ts";

const ROWS = 14;

/** A table whose rows are on their way, in its very size. */
export function TableSkeleton<T>({ columns }: { readonly columns: readonly Column<T>[] }) {
  const tracks = columns
    .map(({ width: [least, share] }) => (share === 0 ? `${least}px` : `minmax(${least}px, ${share}fr)`))
    .join(" ");
  return (
    <div className="table" aria-hidden="true" style={{ "--tracks": tracks, "--least": "0px" }}>
      <div className="row row-head">
        {columns.map(({ id, header }) => (
          <span key={id} className="cell">
            {header}
          </span>
        ))}
      </div>
      {Array.from({ length: ROWS }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows without content have nothing else.
        <div key={row} className="row row-static">
          {columns.map(({ id }, column) => (
            <span key={id} className="cell">
              <Skeleton width={`${40 + ((row * 7 + column * 13) % 45)}%`} />
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}
