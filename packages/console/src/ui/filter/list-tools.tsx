import { type ReactNode, useCallback } from "react";
import type { Problem } from "../../api/problem.ts";
import { setParams } from "../../router/route.ts";
import type { FieldValues } from "./completions.ts";
import { FilterBox } from "./filter-box.tsx";
import { SearchBox } from "./search-box.tsx";

interface ListToolsProps {
  /** Absent: the list has no search. */
  readonly search?: { readonly label: string; readonly value: string };
  readonly filter: string;
  readonly placeholder: string;
  readonly fields: readonly string[];
  readonly values: FieldValues;
  readonly problem: Problem | undefined;
  /** What else there is to choose. */
  readonly children?: ReactNode;
}

const MAX_SEARCH = 256;

/** What decides which rows a list has. All of it stands in the address. */
export function ListTools({ search, filter, placeholder, fields, values, problem, children }: ListToolsProps) {
  const onSearch = useCallback((q: string) => setParams({ q }), []);
  return (
    <search className="toolbar">
      {search && <SearchBox label={search.label} value={search.value} maxLength={MAX_SEARCH} onSearch={onSearch} />}
      <FilterBox
        label="Filter"
        placeholder={placeholder}
        value={filter}
        fields={fields}
        values={values}
        problem={problem?.reason === "FILTER_INVALID" ? problem : undefined}
        onApply={(applied) => setParams({ filter: applied })}
      />
      {children}
    </search>
  );
}
