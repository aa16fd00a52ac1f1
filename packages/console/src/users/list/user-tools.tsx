import { useQuery } from "@connectrpc/connect-query";
import { useCallback } from "react";
import type { Problem } from "../../api/problem.ts";
import { ServerService, type User, UserService } from "../../api/schema.ts";
import { setParams } from "../../router/route.ts";
import { Checkbox } from "../../ui/field.tsx";
import { FilterBox } from "../../ui/filter/filter-box.tsx";
import { SearchBox } from "../../ui/filter/search-box.tsx";
import type { Column } from "../../ui/table/column.ts";
import { ColumnMenu } from "../../ui/table/column-menu.tsx";
import type { Visibility } from "../../ui/table/use-columns.ts";
import type { UserListQuery } from "./use-users.ts";

interface UserToolsProps {
  readonly list: UserListQuery;
  readonly problem: Problem | undefined;
  readonly columns: readonly Column<User>[];
  readonly visibility: Visibility;
  readonly toggle: (id: string) => void;
}

const MAX_QUERY = 256;
const VALUES = { status: ['"ACTIVE"', '"INVITED"', '"SUSPENDED"'], super_admin: ["true", "false"] };
const NONE: readonly string[] = [];

/** What decides which users are listed, and what of them is shown. */
export function UserTools({ list, problem, columns, visibility, toggle }: UserToolsProps) {
  const fields = useFilterFields(`${UserService.typeName}/${UserService.method.listUsers.name}`);
  const search = useCallback((q: string) => setParams({ q }), []);
  return (
    <search className="toolbar">
      <SearchBox label="Search users" value={list.query} maxLength={MAX_QUERY} onSearch={search} />
      <FilterBox
        label="Filter"
        placeholder='Filter, as status == "ACTIVE"'
        value={list.filter}
        fields={fields}
        values={VALUES}
        problem={problem?.reason === "FILTER_INVALID" ? problem : undefined}
        onApply={(filter) => setParams({ filter })}
      />
      <Checkbox
        label="Deleted too"
        checked={list.showDeleted}
        onChange={(event) => setParams({ deleted: event.target.checked ? "1" : "" })}
      />
      <ColumnMenu columns={columns} visibility={visibility} toggle={toggle} />
    </search>
  );
}

/** The fields that filters of a list know, as the server tells. */
function useFilterFields(method: string): readonly string[] {
  const { data } = useQuery(ServerService.method.getServerInfo, {}, { staleTime: Number.POSITIVE_INFINITY });
  return data?.lists.find((each) => each.method === method)?.filterFields ?? NONE;
}
