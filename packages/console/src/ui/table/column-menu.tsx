import { Icon } from "../icon.tsx";
import { Menu } from "../menu.tsx";
import type { Column } from "./column.ts";
import type { Visibility } from "./use-columns.ts";

/** Chooses the columns of a table. */
export function ColumnMenu<T>({
  columns,
  visibility,
  toggle,
}: {
  readonly columns: readonly Column<T>[];
  readonly visibility: Visibility;
  readonly toggle: (id: string) => void;
}) {
  const items = columns
    .filter(({ always = false }) => !always)
    .map(({ id, header }) => ({ label: header, checked: visibility[id] !== false, onSelect: () => toggle(id) }));
  return (
    <Menu label="Columns" className="button button-plain" items={items}>
      <Icon name="columns" />
      <span>Columns</span>
    </Menu>
  );
}
