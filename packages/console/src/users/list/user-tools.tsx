import type { Problem } from "../../api/problem.ts";
import { type User, UserService } from "../../api/schema.ts";
import { useFilterFields } from "../../api/use-filter-fields.ts";
import { setParams } from "../../router/route.ts";
import { Checkbox } from "../../ui/field.tsx";
import { ListTools } from "../../ui/filter/list-tools.tsx";
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

const VALUES = { status: ['"ACTIVE"', '"INVITED"', '"SUSPENDED"'], super_admin: ["true", "false"] };

/** What decides which users are listed, and what of them is shown. */
export function UserTools({ list, problem, columns, visibility, toggle }: UserToolsProps) {
  return (
    <ListTools
      search={{ label: "Search users", value: list.query }}
      filter={list.filter}
      placeholder='Filter, as status == "ACTIVE"'
      fields={useFilterFields(UserService.method.listUsers)}
      values={VALUES}
      problem={problem}
    >
      <Checkbox
        label="Deleted too"
        checked={list.showDeleted}
        onChange={(event) => setParams({ deleted: event.target.checked ? "1" : "" })}
      />
      <ColumnMenu columns={columns} visibility={visibility} toggle={toggle} />
    </ListTools>
  );
}
