import { type ApiKey, ApiKeyRole } from "../api/schema.ts";
import type { Column } from "../ui/table/column.ts";
import { TimeText } from "../ui/time-text.tsx";
import { KeyState } from "./key-state.tsx";

/** The columns of a list of keys. `hrefOf`: where a key, or the user of one, is shown. */
export function keyColumns(hrefOf: (path: readonly string[]) => string): readonly Column<ApiKey>[] {
  return [
    {
      id: "name",
      header: "Name",
      width: [180, 2],
      orderBy: "display_name",
      cell: ({ id, displayName }) => (
        <a href={hrefOf(["keys", id])} tabIndex={-1} className="row-name">
          {displayName}
        </a>
      ),
    },
    { id: "state", header: "State", width: [110, 0], cell: (key) => <KeyState apiKey={key} /> },
    { id: "role", header: "Role", width: [100, 0], orderBy: "role", cell: ({ role }) => ApiKeyRole[role] },
    {
      id: "user",
      header: "User",
      width: [160, 1],
      orderBy: "user_id",
      cell: ({ userId }) => (
        <a href={hrefOf(["users", userId])} tabIndex={-1} className="mono">
          {userId}
        </a>
      ),
    },
    {
      id: "created",
      header: "Created",
      width: [130, 0],
      orderBy: "create_time",
      cell: ({ createTime }) => <TimeText time={createTime} />,
    },
    {
      id: "expires",
      header: "Ends",
      width: [180, 0],
      orderBy: "expire_time",
      cell: ({ expireTime }) => <TimeText time={expireTime} absent="never" />,
    },
    {
      id: "used",
      header: "Last used",
      width: [130, 0],
      orderBy: "last_use_time",
      cell: ({ lastUseTime }) => <TimeText time={lastUseTime} absent="never" />,
    },
    { id: "id", header: "Id", width: [220, 1], orderBy: "id", cell: ({ id }) => <span className="mono">{id}</span> },
  ];
}
