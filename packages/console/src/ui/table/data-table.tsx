import { type Row, type RowData, useTable } from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef } from "react";
import { Skeleton } from "../states.tsx";
import { HeaderRow } from "./header-row.tsx";
import { TableRow } from "./table-row.tsx";
import { type DataTableProps, features } from "./types.ts";
import { useActiveRow } from "./use-active-row.ts";
import { useScrollMemory } from "./use-scroll-memory.ts";

const ROW_HEIGHT = 44;
const SELECT_WIDTH = [44, 0] as const;
const OVERSCAN = 8;
/** More is fetched when so many rows or fewer are left below. */
const AHEAD = 60;

/** A table of any length: what is out of sight is not in the page. */
export function DataTable<T extends RowData>(props: DataTableProps<T>) {
  const { label, columns, rows, idOf, onOpen, marks, hasMore = false, onMore, selection, onSelection, memory } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const defs = useMemo(() => columns.map(({ id: name, header }) => ({ id: name, header })), [columns]);
  const table = useTable({
    features,
    columns: defs,
    data: rows,
    getRowId: idOf,
    state: { columnVisibility: { ...props.visibility }, rowSelection: { ...selection } },
    onRowSelectionChange: (update) => onSelection?.(typeof update === "function" ? update({ ...selection }) : update),
  });
  const model: ReadonlyArray<Row<typeof features, T>> = table.getRowModel().rows;
  const shown = columns.filter(({ id: name }) => props.visibility?.[name] !== false);
  const { initialOffset, remember } = useScrollMemory(memory);
  const virtualizer = useVirtualizer({
    count: model.length + Number(hasMore),
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
    scrollPaddingStart: ROW_HEIGHT,
    initialOffset,
  });
  const { active, onKeyDown, setActive } = useActiveRow(model.length, (index) => virtualizer.scrollToIndex(index));
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= model.length - AHEAD) onMore?.();
  }, [hasMore, last, model.length, onMore]);

  const press = (event: KeyboardEvent) => {
    const row = model[active];
    if (event.target === scroller.current && row !== undefined && event.key === "Enter") onOpen?.(row.original);
    else if (event.target === scroller.current && row !== undefined && event.key === " " && onSelection)
      row.toggleSelected();
    else return onKeyDown(event);
    event.preventDefault();
  };
  const activeInView = items.some(({ index }) => index === active) && active < model.length;
  const widths = [...(onSelection ? [SELECT_WIDTH] : []), ...shown.map(({ width }) => width)];
  const tracks = widths.map(([least, share]) => (share === 0 ? `${least}px` : `minmax(${least}px, ${share}fr)`)).join(" ");
  const least = widths.reduce((sum, [each]) => sum + each, 0);
  return (
    // No table element: it could not say that rows are out of sight.
    <div
      ref={scroller}
      className="table"
      role="grid"
      aria-label={label}
      aria-rowcount={hasMore ? -1 : model.length + 1}
      aria-multiselectable={onSelection ? true : undefined}
      aria-activedescendant={activeInView ? `${id}-${active}` : undefined}
      tabIndex={0}
      onKeyDown={press}
      onScroll={(event) => remember(event.currentTarget.scrollTop)}
      style={{ "--tracks": tracks, "--least": `${least}px` }}
    >
      <HeaderRow {...props} table={table} columns={shown} />
      <div className="table-body" role="rowgroup" style={{ height: virtualizer.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = model[index];
          return row === undefined ? (
            <div key="more" className="row row-loading" style={{ transform: `translateY(${start}px)` }} role="row">
              <span role="gridcell" aria-busy="true">
                <Skeleton width="180px" />
              </span>
            </div>
          ) : (
            <TableRow
              key={row.id}
              rowId={`${id}-${index}`}
              row={row}
              columns={shown}
              start={start}
              mark={marks?.get(row.id)}
              active={index === active}
              selectable={onSelection !== undefined}
              onOpen={onOpen}
              onPoint={() => setActive(index)}
            />
          );
        })}
      </div>
    </div>
  );
}
