import { useQuery } from "@connectrpc/connect-query";
import { useState } from "react";
import { problemOf } from "../api/problem.ts";
import { type Account, AccountService } from "../api/schema.ts";
import { useTitle } from "../router/use-title.ts";
import { useHref } from "../session/account.ts";
import { useSession } from "../session/session.ts";
import { LinkButton } from "../ui/button.tsx";
import { Copy } from "../ui/copy.tsx";
import { Empty, Failed, Loading, Notice, Skeleton } from "../ui/states.tsx";
import { AccountActions } from "./account-actions.tsx";
import { AccountFacts } from "./account-facts.tsx";
import { accountName } from "./account-names.ts";
import { AccountBadge } from "./account-status.tsx";
import { EditAccount } from "./form/edit-account.tsx";

/** One account: what it is, and what it demands of its users. */
export function AccountPage({ id }: { readonly id: string }) {
  const { who } = useSession();
  const href = useHref();
  const { data, error, refetch } = useQuery(AccountService.method.getAccount, { accountId: id });
  const account = data?.account;
  useTitle(account === undefined ? id : accountName(account));
  return (
    <div className="page page-scroll">
      {who.superAdmin && (
        <nav aria-label="Breadcrumb">
          <a href={href(["accounts"])}>← Accounts</a>
        </nav>
      )}
      {account === undefined && <h1 className="visually-hidden">Account {id}</h1>}
      {account !== undefined ? (
        <Detail account={account} />
      ) : error && problemOf(error).reason === "ACCOUNT_NOT_FOUND" ? (
        <Empty icon="account" title="There is no such account">
          <p className="mono">{id}</p>
          <LinkButton href={href(["accounts"])}>All accounts</LinkButton>
        </Empty>
      ) : error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : (
        <div className="page-head">
          <Loading what="the account" />
          <Skeleton width="240px" />
        </div>
      )}
    </div>
  );
}

function Detail({ account }: { readonly account: Account }) {
  const [editing, setEditing] = useState(false);
  const name = accountName(account);
  return (
    <>
      <div className="page-head user-head">
        <div className="user-title">
          <h1 className="truncate" title={name}>
            {name}
          </h1>
          <span className="with-copy soft">
            <code className="truncate">{account.id}</code>
            <Copy text={account.id} what="the id" />
          </span>
        </div>
        <AccountBadge account={account} />
        <AccountActions account={account} onEdit={() => setEditing(true)} />
      </div>
      {account.id === "default" && (
        <Notice>
          The account of the first start. It can be neither suspended nor deleted, and its audit log tells of all accounts.
        </Notice>
      )}
      <AccountFacts account={account} />
      {editing && <EditAccount account={account} onClose={() => setEditing(false)} />}
    </>
  );
}
