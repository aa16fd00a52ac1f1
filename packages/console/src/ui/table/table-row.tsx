import type { Row, RowData } from "@tanstack/react-table";
import type { MouseEvent } from "react";
import type { Column } from "./column.ts";
import type { features, Mark } from "./types.ts";

interface TableRowProps<T extends RowData> {
  readonly rowId: string;
  readonly row: Row<typeof features, T>;
  readonly columns: readonly Column<T>[];
  readonly start: number;
  readonly mark: Mark | undefined;
  readonly active: boolean;
  readonly selectable: boolean;
  readonly onOpen: ((item: T) => void) | undefined;
  readonly onPoint: () => void;
}

export function TableRow<T extends RowData>({
  rowId,
  row,
  columns,
  start,
  mark,
  active,
  selectable,
  onOpen,
  onPoint,
}: TableRowProps<T>) {
  const click = (event: MouseEvent) => {
    onPoint();
    if (
      onOpen &&
      event.target instanceof Element &&
      !event.target.closest("a, button, input, label") &&
      !hasSelectedText()
    ) {
      onOpen(row.original);
    }
  };
  const selected = row.getIsSelected();
  const classes = ["row", onOpen && "row-open", active && "row-active", selected && "row-selected", mark && `row-${mark}`];
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid around it takes the keys.
    <div
      id={rowId}
      role="row"
      aria-rowindex={row.index + 2}
      aria-selected={selectable ? selected : undefined}
      className={classes.filter(Boolean).join(" ")}
      style={{ transform: `translateY(${start}px)` }}
      onClick={click}
    >
      {selectable && (
        <span role="gridcell" className="cell cell-select">
          <input
            type="checkbox"
            checked={selected}
            onChange={row.getToggleSelectedHandler()}
            tabIndex={-1}
            aria-label={`Select ${row.id}`}
          />
        </span>
      )}
      {columns.map(({ id, cell }) => (
        <span key={id} role="gridcell" className="cell">
          {cell(row.original)}
        </span>
      ))}
    </div>
  );
}

function hasSelectedText(): boolean {
  return (window.getSelection()?.toString() ?? "") !== "";
}
