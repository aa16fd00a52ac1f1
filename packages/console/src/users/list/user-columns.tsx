import type { User } from "../../api/schema.ts";
import { Badge } from "../../ui/status.tsx";
import type { Column } from "../../ui/table/column.ts";
import { TimeText } from "../../ui/time-text.tsx";
import { nameOf } from "../user-names.ts";
import { StatusBadge } from "../user-status.tsx";

/** The columns of a list of users. `hrefOf`: where a user is shown. */
export function userColumns(hrefOf: (id: string) => string): readonly Column<User>[] {
  return [
    {
      id: "name",
      header: "Name",
      width: [200, 2],
      always: true,
      orderBy: "display_name",
      cell: (user) => <Name user={user} href={hrefOf(user.id)} />,
    },
    { id: "email", header: "E-mail", width: [200, 2], orderBy: "email", cell: ({ email }) => email },
    { id: "status", header: "Status", width: [124, 0], orderBy: "status", cell: (user) => <StatusBadge user={user} /> },
    {
      id: "externalId",
      header: "External id",
      width: [140, 1],
      orderBy: "external_id",
      cell: ({ externalId }) => mono(externalId),
    },
    { id: "project", header: "Project", width: [120, 1], hidden: true, cell: ({ project }) => project },
    {
      id: "metadata",
      header: "Metadata",
      width: [200, 2],
      hidden: true,
      cell: ({ metadata }) => mono(metadata && JSON.stringify(metadata)),
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
    {
      id: "verified",
      header: "Verified",
      width: [140, 0],
      hidden: true,
      orderBy: "email_verify_time",
      cell: ({ emailVerifyTime }) => <TimeText time={emailVerifyTime} />,
    },
    { id: "version", header: "Version", width: [90, 0], hidden: true, cell: ({ version }) => String(version) },
    { id: "id", header: "Id", width: [260, 1], hidden: true, orderBy: "id", cell: ({ id }) => mono(id) },
  ];
}

function Name({ user, href }: { readonly user: User; readonly href: string }) {
  return (
    <span className="user-name">
      <a href={href} tabIndex={-1} className="truncate">
        {nameOf(user)}
      </a>
      {user.superAdmin && <Badge tone="accent">Super admin</Badge>}
    </span>
  );
}

function mono(text: string | undefined) {
  return text === undefined ? null : <span className="mono">{text}</span>;
}
