import { useEffect, useMemo, useRef, useState } from "react";
import { UserService } from "../../api/schema.ts";
import { hashOf, setParams, useRoute } from "../../router/route.ts";
import { useTitle } from "../../router/use-title.ts";
import { useHref } from "../../session/account.ts";
import { useMay } from "../../session/session.ts";
import { ExportButton } from "../../transfer/export/export-button.tsx";
import { Arrivals } from "../../ui/arrivals.tsx";
import { Button } from "../../ui/button.tsx";
import { LiveBadge } from "../../ui/live-badge.tsx";
import { Failed, Loading } from "../../ui/states.tsx";
import { DataTable } from "../../ui/table/data-table.tsx";
import { TableSkeleton } from "../../ui/table/table-skeleton.tsx";
import type { Selection } from "../../ui/table/types.ts";
import { useColumnVisibility } from "../../ui/table/use-columns.ts";
import { BatchBar } from "../batch/batch-bar.tsx";
import { CreateUser } from "../form/create-user.tsx";
import { rememberList } from "./last-list.ts";
import { NoUsers } from "./no-users.tsx";
import { useListQuery } from "./use-list-query.ts";
import { useLiveList } from "./use-live-list.ts";
import { useUserCount, useUsers } from "./use-users.ts";
import { userColumns } from "./user-columns.tsx";
import { UserTools } from "./user-tools.tsx";

const NEW_USERS = ["new user", "new users"] as const;

/** The users of an account: searched, filtered, ordered, and live. */
export function UsersPage() {
  useTitle("Users");
  const list = useListQuery();
  const { path, params } = useRoute();
  useEffect(() => {
    if (path.length <= 1) rememberList(hashOf(path, { ...params, new: "" }));
  }, [path, params]);
  const href = useHref();
  const mayChange = useMay(UserService.method.batchUpdateUsers);
  const mayCreate = useMay(UserService.method.createUser);
  const creating = params["new"] !== undefined;
  const setCreating = (open: boolean) => setParams({ new: open ? "1" : "" });
  const [selection, setSelection] = useState<Selection>({});
  const place = useRef<HTMLDivElement>(null);
  const columns = useMemo(() => userColumns((id) => href(["users", id])), [href]);
  const { visibility, toggle } = useColumnVisibility("users", columns);
  const pages = useUsers(list);
  const count = useUserCount(list);
  const reload = () => {
    count.recount();
    return pages.reload();
  };
  const live = useLiveList({
    list,
    wrong: pages.problem?.reason === "FILTER_INVALID",
    users: pages.items,
    revision: pages.first?.revision ?? 0n,
    onGap: () => pages.first && void reload(),
  });
  return (
    <div className="page">
      <div className="page-head">
        <h1>
          Users <span className="count">{count.text}</span>
        </h1>
        <LiveBadge state={live.state} />
        <ExportButton list={list} />
        {mayCreate && (
          <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
            Create user
          </Button>
        )}
      </div>
      <UserTools list={list} problem={pages.problem} columns={columns} visibility={visibility} toggle={toggle} />
      <div ref={place} className="list-place" aria-busy={pages.stale}>
        <Arrivals count={live.arrived.size} names={NEW_USERS} table={place} atOnce={list.orderBy === ""} onShow={reload} />
        {pages.loading ? (
          <>
            <Loading what="users" />
            <TableSkeleton columns={columns.filter(({ id }) => visibility[id] !== false)} />
          </>
        ) : pages.error !== undefined ? (
          <Failed error={pages.error} onRetry={() => void reload()} />
        ) : live.rows.length === 0 ? (
          <NoUsers list={list} onCreate={mayCreate ? () => setCreating(true) : undefined} />
        ) : (
          <DataTable
            label="Users"
            columns={columns}
            visibility={visibility}
            rows={live.rows}
            idOf={idOf}
            marks={live.marks}
            onOpen={({ id }) => window.location.assign(href(["users", id]))}
            orderBy={list.orderBy}
            onOrder={(sort) => setParams({ sort })}
            hasMore={pages.hasMore}
            onMore={pages.loadMore}
            memory={JSON.stringify(list)}
            {...(mayChange && { selection, onSelection: setSelection })}
          />
        )}
        <BatchBar ids={Object.keys(selection)} onClear={() => setSelection({})} />
      </div>
      {creating && <CreateUser onClose={() => setCreating(false)} />}
    </div>
  );
}

function idOf({ id }: { readonly id: string }): string {
  return id;
}
