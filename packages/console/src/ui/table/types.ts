import { columnVisibilityFeature, type RowData, rowSelectionFeature, tableFeatures } from "@tanstack/react-table";
import type { Column, OrderBy } from "./column.ts";
import type { Visibility } from "./use-columns.ts";

/** What of TanStack Table is used: the rest is left out of the console. */
export const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });

/** The ids of the rows that are selected. */
export type Selection = Readonly<Record<string, true>>;

/** What has happened to a row since it was read: it was changed, or it is no longer in the list. */
export type Mark = "changed" | "changed-again" | "gone";

export interface DataTableProps<T extends RowData> {
  /** What the table lists, for those who can't see it. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly visibility?: Visibility;
  readonly rows: readonly T[];
  readonly idOf: (item: T) => string;
  /** Where a row leads. */
  readonly onOpen?: (item: T) => void;
  readonly orderBy?: OrderBy;
  readonly onOrder?: (order: OrderBy) => void;
  /** Rows that light up, or are gone. */
  readonly marks?: ReadonlyMap<string, Mark>;
  readonly selection?: Selection;
  readonly onSelection?: (selection: Selection) => void;
  readonly hasMore?: boolean;
  readonly onMore?: () => void;
  /** By which the place is found again after a look elsewhere. */
  readonly memory?: string;
}
