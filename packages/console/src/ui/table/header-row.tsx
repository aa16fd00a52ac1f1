import type { ReactTable, RowData } from "@tanstack/react-table";
import { useEffect, useRef } from "react";
import { Icon } from "../icon.tsx";
import { type Column, directionOf, nextOrder } from "./column.ts";
import type { DataTableProps, features } from "./types.ts";

type HeaderRowProps<T extends RowData> = Pick<DataTableProps<T>, "orderBy" | "onOrder" | "onSelection"> & {
  readonly table: ReactTable<typeof features, T>;
  readonly columns: readonly Column<T>[];
};

export function HeaderRow<T extends RowData>({ table, columns, orderBy = "", onOrder, onSelection }: HeaderRowProps<T>) {
  return (
    <div className="row row-head" role="row" tabIndex={-1} aria-rowindex={1}>
      {onSelection && (
        <span role="columnheader" tabIndex={-1} className="cell cell-select">
          <SelectAll
            all={table.getIsAllRowsSelected()}
            some={table.getIsSomeRowsSelected()}
            toggle={() => table.toggleAllRowsSelected()}
          />
        </span>
      )}
      {columns.map(({ id, header, quiet = false, orderBy: field }) => (
        <span key={id} role="columnheader" tabIndex={-1} className="cell" aria-sort={directionOf(field, orderBy)}>
          {field === undefined || onOrder === undefined ? (
            <span className={quiet ? "visually-hidden" : "truncate"}>{header}</span>
          ) : (
            <button type="button" className="sort" onClick={() => onOrder(nextOrder(field, orderBy))}>
              <span className="truncate">{header}</span>
              <SortIcon direction={directionOf(field, orderBy)} />
            </button>
          )}
        </span>
      ))}
    </div>
  );
}

function SortIcon({ direction }: { readonly direction: "ascending" | "descending" | undefined }) {
  return (
    <span className={`sort-icon ${direction ? "sort-on" : ""}`}>
      <Icon name={direction === "descending" ? "descending" : "up"} size={12} />
    </span>
  );
}

function SelectAll({ all, some, toggle }: { readonly all: boolean; readonly some: boolean; readonly toggle: () => void }) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = some && !all;
  });
  return <input ref={box} type="checkbox" checked={all} onChange={toggle} aria-label="Select all rows that are loaded" />;
}
