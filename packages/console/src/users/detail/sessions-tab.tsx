import { createConnectQueryKey, useInfiniteQuery, useMutation, useTransport } from "@connectrpc/connect-query";
import { useState } from "react";
import { type ListUserSessionsResponse, type Session, SessionService, type User } from "../../api/schema.ts";
import { PAGED, usePages } from "../../api/use-pages.ts";
import { useAccountId } from "../../session/account.ts";
import { useMay } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Empty, Notice } from "../../ui/states.tsx";
import { Badge } from "../../ui/status.tsx";
import type { Column } from "../../ui/table/column.ts";
import { ListTable } from "../../ui/table/list-table.tsx";
import { TimeText } from "../../ui/time-text.tsx";
import { tell, tellProblem } from "../../ui/toasts.tsx";

const PAGE_SIZE = 100;

/** The sessions of a user, open and ended. */
export function SessionsTab({ user }: { readonly user: User }) {
  const accountId = useAccountId();
  const transport = useTransport();
  const mayEnd = useMay(SessionService.method.endSession);
  const [endingAll, setEndingAll] = useState(false);
  const method = SessionService.method.listUserSessions;
  const deleted = user.deleteTime !== undefined;
  const input = { accountId, userId: user.id, pageSize: PAGE_SIZE, pageToken: "" };
  const key = createConnectQueryKey({
    schema: method,
    input,
    pageParamKey: "pageToken",
    transport,
    cardinality: "infinite",
  });
  const pages = usePages(
    useInfiniteQuery(method, input, { ...PAGED, enabled: !deleted, refetchOnMount: "always" }),
    key,
    sessionsOf,
  );
  const end = useMutation(SessionService.method.endSession, {
    onSuccess: () => {
      tell({ text: "The session was ended" });
      return pages.reload();
    },
    onError: tellProblem,
  });
  const endAll = useMutation(SessionService.method.endUserSessions, {
    onSuccess: ({ endedCount }) => {
      tell({ text: endedCount === 1n ? "1 session was ended" : `${endedCount} sessions were ended` });
      setEndingAll(false);
      return pages.reload();
    },
  });
  if (deleted) return <Notice>A deleted user has no sessions to show. They ended with the deletion.</Notice>;
  const columns = sessionColumns(mayEnd, (id) => end.mutate({ accountId, id }), end.isPending);
  return (
    <section className="tab-panel" aria-label="Sessions">
      {mayEnd && pages.items.some(({ endTime }) => endTime === undefined) && (
        <div className="toolbar">
          <Button look="danger" onClick={() => setEndingAll(true)}>
            End all sessions
          </Button>
        </div>
      )}
      <ListTable
        label="Sessions"
        columns={columns}
        pages={pages}
        idOf={({ id }) => id}
        empty={
          <Empty icon="history" title="No sessions">
            Sessions begin when a service calls CreateSession for this user.
          </Empty>
        }
      />
      {endingAll && (
        <Confirm
          title="End all sessions"
          action="End all sessions"
          busy={endAll.isPending}
          error={endAll.error}
          onConfirm={() => endAll.mutate({ accountId, userId: user.id })}
          onClose={() => setEndingAll(false)}
        >
          Every open session of this user ends at once. That can't be undone; new ones can be begun.
        </Confirm>
      )}
    </section>
  );
}

function sessionColumns(mayEnd: boolean, end: (id: string) => void, busy: boolean): readonly Column<Session>[] {
  return [
    {
      id: "state",
      header: "State",
      width: [100, 0],
      cell: ({ endTime }) => (endTime === undefined ? <Badge tone="good">Open</Badge> : <Badge>Ended</Badge>),
    },
    { id: "id", header: "Id", width: [220, 1], cell: ({ id }) => <span className="mono">{id}</span> },
    {
      id: "externalId",
      header: "External id",
      width: [140, 1],
      cell: ({ externalId }) => <span className="mono">{externalId}</span>,
    },
    {
      id: "metadata",
      header: "Metadata",
      width: [160, 1],
      cell: ({ metadata }) => <span className="mono">{JSON.stringify(metadata ?? {})}</span>,
    },
    { id: "begun", header: "Begun", width: [130, 0], cell: ({ createTime }) => <TimeText time={createTime} /> },
    { id: "ended", header: "Ended", width: [130, 0], cell: ({ endTime }) => <TimeText time={endTime} /> },
    ...(mayEnd
      ? [
          {
            id: "end",
            header: "Actions",
            quiet: true,
            width: [90, 0] as const,
            cell: ({ id, endTime }: Session) =>
              endTime === undefined && (
                <Button look="quiet" disabled={busy} aria-label={`End session ${id}`} onClick={() => end(id)}>
                  End
                </Button>
              ),
          },
        ]
      : []),
  ];
}

function sessionsOf({ sessions }: ListUserSessionsResponse): readonly Session[] {
  return sessions;
}
