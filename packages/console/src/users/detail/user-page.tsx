import { useState } from "react";
import { problemOf } from "../../api/problem.ts";
import { useTitle } from "../../router/use-title.ts";
import { useHref } from "../../session/account.ts";
import { useSession } from "../../session/session.ts";
import { LinkButton } from "../../ui/button.tsx";
import { Copy } from "../../ui/copy.tsx";
import { LiveBadge } from "../../ui/live-badge.tsx";
import { Empty, Failed, Loading, Notice, Skeleton } from "../../ui/states.tsx";
import { Badge } from "../../ui/status.tsx";
import { Tabs } from "../../ui/tabs.tsx";
import { EditUser } from "../form/edit-user.tsx";
import { lastList } from "../list/last-list.ts";
import { nameOf } from "../user-names.ts";
import { StatusBadge } from "../user-status.tsx";
import { type LiveUser, useUser } from "./use-user.ts";
import { UserActions } from "./user-actions.tsx";
import { USER_TABS } from "./user-tabs.tsx";

/** One user: who it is, and all that belongs to it. */
export function UserPage({ id, tab }: { readonly id: string; readonly tab: string }) {
  const href = useHref();
  const live = useUser(id);
  const { user, error, purged, retry } = live;
  useTitle(user === undefined ? id : nameOf(user));
  const missing = problemOf(error).reason === "USER_NOT_FOUND";
  return (
    <div className="page page-scroll">
      <nav aria-label="Breadcrumb">
        <a href={lastList() ?? href(["users"])}>← Users</a>
      </nav>
      {(user === undefined || purged) && <h1 className="visually-hidden">User {id}</h1>}
      {purged || (error && missing) ? (
        <Empty icon="users" title={purged ? "This user was erased for good" : "There is no such user"}>
          <p className="mono">{id}</p>
          <LinkButton href={href(["users"])}>All users</LinkButton>
        </Empty>
      ) : user !== undefined ? (
        <Detail live={live} user={user} tab={tab} />
      ) : error ? (
        <Failed error={error} onRetry={retry} />
      ) : (
        <div className="page-head">
          <Loading what="the user" />
          <Skeleton width="240px" />
        </div>
      )}
    </div>
  );
}

function Detail({
  live,
  user,
  tab,
}: {
  readonly live: LiveUser;
  readonly user: NonNullable<LiveUser["user"]>;
  readonly tab: string;
}) {
  const href = useHref();
  const session = useSession();
  const [editing, setEditing] = useState(false);
  const tabs = USER_TABS.filter(({ allowed }) => allowed(session));
  const shown = tabs.find(({ id }) => id === tab) ?? tabs[0];
  const name = nameOf(user);
  return (
    <>
      <div className="page-head user-head">
        <span className="avatar avatar-large" aria-hidden="true">
          {[...name][0]?.toUpperCase()}
        </span>
        <div className="user-title">
          <h1 className="truncate" title={name}>
            {name}
          </h1>
          <span className="with-copy soft">
            <code className="truncate">{user.id}</code>
            <Copy text={user.id} what="the id" />
          </span>
        </div>
        <StatusBadge user={user} />
        {user.superAdmin && <Badge tone="accent">Super admin</Badge>}
        <LiveBadge state={live.state} />
        <UserActions user={user} onEdit={() => setEditing(true)} />
      </div>
      {user.deleteTime !== undefined && (
        <Notice icon="trash">
          This user is deleted: reads don't find it, its e-mail and external id are free, and its keys are revoked for good.
          Its id stays taken until it is purged.
        </Notice>
      )}
      <Tabs
        label="Parts of the user"
        current={shown?.id ?? ""}
        tabs={tabs.map(({ id, label }) => ({ id, label, href: href(["users", user.id, id]) }))}
      />
      {shown?.render({ user, live })}
      {editing && <EditUser user={user} onClose={() => setEditing(false)} />}
    </>
  );
}
