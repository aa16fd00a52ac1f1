import type { RowData } from "@tanstack/react-table";
import type { ReactNode } from "react";
import type { Pages } from "../../api/use-pages.ts";
import { Failed, Loading } from "../states.tsx";
import { DataTable } from "./data-table.tsx";
import { TableSkeleton } from "./table-skeleton.tsx";
import type { DataTableProps } from "./types.ts";

interface ListTableProps<T extends RowData> extends Omit<DataTableProps<T>, "rows" | "hasMore" | "onMore"> {
  readonly pages: Pages<unknown, T>;
  /** What stands there if the list has nothing. */
  readonly empty: ReactNode;
}

/** A list in each of its states: on its way, failed, empty, there. */
export function ListTable<T extends RowData>({ pages, empty, ...table }: ListTableProps<T>) {
  const { items, loading, error, hasMore, loadMore, reload } = pages;
  const columns = table.columns.filter(({ id }) => table.visibility?.[id] !== false);
  return (
    <div className="list-place" aria-busy={pages.stale}>
      {loading ? (
        <>
          <Loading what={table.label} />
          <TableSkeleton columns={columns} />
        </>
      ) : error !== undefined ? (
        <Failed error={error} onRetry={() => void reload()} />
      ) : items.length === 0 ? (
        empty
      ) : (
        <DataTable {...table} rows={items} hasMore={hasMore} onMore={loadMore} />
      )}
    </div>
  );
}
