import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { type Account, AccountService, AccountStatus } from "../api/schema.ts";
import { useRefresh } from "../api/use-refresh.ts";
import { useMay, useSession } from "../session/session.ts";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { tell, tellProblem } from "../ui/toasts.tsx";
import { accountName } from "./account-names.ts";
import { DeleteAccount } from "./delete-account.tsx";

/** What can be done to an account. */
export function AccountActions({ account, onEdit }: { readonly account: Account; readonly onEdit: () => void }) {
  const { who } = useSession();
  const mayEdit = useMay(AccountService.method.updateAccount);
  const [deleting, setDeleting] = useState(false);
  const rules = who.superAdmin && account.id !== "default";
  return (
    <div className="user-actions">
      {rules && <StatusAction account={account} />}
      {mayEdit && (
        <Button look="primary" icon="pencil" onClick={onEdit}>
          Edit
        </Button>
      )}
      {rules && (
        <Menu
          label="More actions"
          className="icon-button icon-button-framed"
          items={[{ label: "Delete for good…", icon: "trash", danger: true, onSelect: () => setDeleting(true) }]}
        >
          <Icon name="more" />
        </Menu>
      )}
      {deleting && <DeleteAccount account={account} onClose={() => setDeleting(false)} />}
    </div>
  );
}

function StatusAction({ account }: { readonly account: Account }) {
  const refresh = useRefresh(AccountService);
  const [asking, setAsking] = useState(false);
  const request = { accountId: account.id, etag: account.etag };
  const name = accountName(account);
  const suspend = useMutation(AccountService.method.suspendAccount, {
    onSuccess: () => {
      tell({ text: `${name} is suspended: its keys do not work` });
      setAsking(false);
      return refresh();
    },
  });
  const activate = useMutation(AccountService.method.activateAccount, {
    onSuccess: () => {
      tell({ text: `${name} is active` });
      return refresh();
    },
    onError: tellProblem,
  });
  if (account.status === AccountStatus.SUSPENDED) {
    return (
      <Button icon="play" busy={activate.isPending} onClick={() => activate.mutate(request)}>
        Activate
      </Button>
    );
  }
  return (
    <>
      <Button icon="pause" onClick={() => setAsking(true)}>
        Suspend
      </Button>
      {asking && (
        <Confirm
          title={`Suspend ${name}`}
          action="Suspend"
          busy={suspend.isPending}
          error={suspend.error}
          onConfirm={() => suspend.mutate(request)}
          onClose={() => setAsking(false)}
        >
          No key of the account works until it is activated again. Its users, sessions and keys stay as they are.
        </Confirm>
      )}
    </>
  );
}
