import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { type User, UserService, UserStatus } from "../../api/schema.ts";
import { useAccountId } from "../../session/account.ts";
import { useMay } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import { Confirm } from "../../ui/confirm.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu } from "../../ui/menu.tsx";
import { tell, tellProblem } from "../../ui/toasts.tsx";
import { PurgeUser } from "../purge/purge-user.tsx";
import { useDelete } from "../use-delete.ts";
import { nameOf } from "../user-names.ts";

/** What can be done to a user. */
export function UserActions({ user, onEdit }: { readonly user: User; readonly onEdit: () => void }) {
  const [asking, setAsking] = useState<"delete" | "purge">();
  const mayEdit = useMay(UserService.method.updateUser);
  const mayRule = useMay(UserService.method.deleteUser);
  const close = () => setAsking(undefined);
  const deletion = useDelete(user, close);
  const deleted = user.deleteTime !== undefined;
  const purge = { label: "Erase for good…", icon: "trash", danger: true, onSelect: () => setAsking("purge") } as const;
  const remove = { label: "Delete…", icon: "trash", onSelect: () => setAsking("delete") } as const;
  return (
    <div className="user-actions">
      {deleted && mayRule && (
        <Button icon="undo" busy={deletion.undeleting} onClick={deletion.undelete}>
          Bring back
        </Button>
      )}
      {!deleted && mayRule && <StatusAction user={user} />}
      {!deleted && mayEdit && (
        <Button look="primary" icon="pencil" onClick={onEdit}>
          Edit
        </Button>
      )}
      {mayRule && (
        <Menu label="More actions" className="icon-button icon-button-framed" items={deleted ? [purge] : [remove, purge]}>
          <Icon name="more" />
        </Menu>
      )}
      {asking === "delete" && (
        <Confirm
          title={`Delete ${nameOf(user)}`}
          action="Delete"
          busy={deletion.removing}
          error={deletion.error}
          onConfirm={deletion.remove}
          onClose={close}
        >
          It can be brought back. But its sessions end and its API keys are revoked for good, and its e-mail and external id
          are free for others at once.
        </Confirm>
      )}
      {asking === "purge" && <PurgeUser user={user} onClose={close} />}
    </div>
  );
}

function StatusAction({ user }: { readonly user: User }) {
  const accountId = useAccountId();
  const request = { accountId, id: user.id };
  const suspend = useMutation(UserService.method.suspendUser, {
    onSuccess: () => tell({ text: `${nameOf(user)} is suspended: its keys do not work, its sessions have ended` }),
    onError: tellProblem,
  });
  const activate = useMutation(UserService.method.activateUser, {
    onSuccess: () => tell({ text: `${nameOf(user)} is active` }),
    onError: tellProblem,
  });
  return (
    <>
      {user.status !== UserStatus.ACTIVE && (
        <Button icon="play" busy={activate.isPending} onClick={() => activate.mutate(request)}>
          Activate
        </Button>
      )}
      {user.status !== UserStatus.SUSPENDED && (
        <Button icon="pause" busy={suspend.isPending} onClick={() => suspend.mutate(request)}>
          Suspend
        </Button>
      )}
    </>
  );
}
