import type { Account } from "../api/schema.ts";
import type { Column } from "../ui/table/column.ts";
import { TimeText } from "../ui/time-text.tsx";
import { accountName } from "./account-names.ts";
import { AccountBadge } from "./account-status.tsx";

/** The columns of a list of accounts. `hrefOf`: where an account is shown. */
export function accountColumns(hrefOf: (id: string) => string): readonly Column<Account>[] {
  return [
    {
      id: "name",
      header: "Name",
      width: [200, 2],
      always: true,
      orderBy: "name",
      cell: (account) => (
        <a href={hrefOf(account.id)} tabIndex={-1} className="row-name">
          {accountName(account)}
        </a>
      ),
    },
    {
      id: "slug",
      header: "Slug",
      width: [160, 1],
      orderBy: "slug",
      cell: ({ slug }) => <span className="mono">{slug}</span>,
    },
    {
      id: "status",
      header: "Status",
      width: [124, 0],
      orderBy: "status",
      cell: (account) => <AccountBadge account={account} />,
    },
    {
      id: "created",
      header: "Created",
      width: [140, 0],
      orderBy: "create_time",
      cell: ({ createTime }) => <TimeText time={createTime} />,
    },
    {
      id: "updated",
      header: "Updated",
      width: [140, 0],
      orderBy: "update_time",
      cell: ({ updateTime }) => <TimeText time={updateTime} />,
    },
    { id: "id", header: "Id", width: [260, 1], orderBy: "id", cell: ({ id }) => <span className="mono">{id}</span> },
  ];
}
