import { createConnectQueryKey, useInfiniteQuery, useTransport } from "@connectrpc/connect-query";
import { type ApiKey, ApiKeyRole, ApiKeyService, type ListApiKeysResponse, type User } from "../../api/schema.ts";
import { PAGED, usePages } from "../../api/use-pages.ts";
import { useAccountId } from "../../session/account.ts";
import { Empty } from "../../ui/states.tsx";
import { Badge } from "../../ui/status.tsx";
import type { Column } from "../../ui/table/column.ts";
import { ListTable } from "../../ui/table/list-table.tsx";
import { TimeText } from "../../ui/time-text.tsx";

const PAGE_SIZE = 100;

/** The keys that act for a user. */
export function KeysTab({ user }: { readonly user: User }) {
  const accountId = useAccountId();
  const transport = useTransport();
  const method = ApiKeyService.method.listApiKeys;
  const input = {
    accountId,
    filter: `user_id == ${JSON.stringify(user.id)}`,
    orderBy: "create_time desc",
    pageSize: PAGE_SIZE,
    pageToken: "",
  };
  const key = createConnectQueryKey({
    schema: method,
    input,
    pageParamKey: "pageToken",
    transport,
    cardinality: "infinite",
  });
  const pages = usePages(useInfiniteQuery(method, input, { ...PAGED, refetchOnMount: "always" }), key, keysOf);
  return (
    <section className="tab-panel" aria-label="API keys">
      <ListTable
        label="API keys"
        columns={COLUMNS}
        pages={pages}
        idOf={({ id }) => id}
        empty={
          <Empty icon="key" title="No keys">
            No key acts on behalf of this user.
          </Empty>
        }
      />
    </section>
  );
}

const COLUMNS: readonly Column<ApiKey>[] = [
  { id: "name", header: "Name", width: [180, 2], cell: ({ displayName }) => displayName },
  { id: "state", header: "State", width: [110, 0], cell: (key) => <KeyState apiKey={key} /> },
  { id: "role", header: "Role", width: [100, 0], cell: ({ role }) => ApiKeyRole[role] },
  { id: "id", header: "Id", width: [220, 1], cell: ({ id }) => <span className="mono">{id}</span> },
  { id: "created", header: "Created", width: [130, 0], cell: ({ createTime }) => <TimeText time={createTime} /> },
  {
    id: "expires",
    header: "Ends",
    width: [130, 0],
    cell: ({ expireTime }) => <TimeText time={expireTime} absent="never" />,
  },
  {
    id: "used",
    header: "Last used",
    width: [130, 0],
    cell: ({ lastUseTime }) => <TimeText time={lastUseTime} absent="never" />,
  },
];

/** Whether a key works. */
export function KeyState({ apiKey: { revokeTime, expireTime } }: { readonly apiKey: ApiKey }) {
  if (revokeTime !== undefined) return <Badge tone="bad">Revoked</Badge>;
  if (expireTime !== undefined && Number(expireTime.seconds) * 1000 <= Date.now()) return <Badge tone="warn">Expired</Badge>;
  return <Badge tone="good">Works</Badge>;
}

function keysOf({ apiKeys }: ListApiKeysResponse): readonly ApiKey[] {
  return apiKeys;
}
