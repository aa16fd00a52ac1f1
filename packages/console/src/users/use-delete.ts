import { useMutation } from "@connectrpc/connect-query";
import { type User, UserService } from "../api/schema.ts";
import { useAccountId } from "../session/account.ts";
import { tell, tellProblem } from "../ui/toasts.tsx";
import { nameOf } from "./user-names.ts";

/** Deletes a user and brings one back. Each can be followed by the other, for as long as the note about it is there. */
export function useDelete(user: User, onDone?: () => void) {
  const accountId = useAccountId();
  const request = { accountId, id: user.id };
  const undelete = useMutation(UserService.method.undeleteUser, {
    onSuccess: () => tell({ text: `${nameOf(user)} is back. Its keys stay revoked and its sessions ended` }),
    onError: tellProblem,
  });
  const remove = useMutation(UserService.method.deleteUser, {
    onSuccess: () => {
      tell({ text: `${nameOf(user)} was deleted`, action: { label: "Undo", run: () => undelete.mutate(request) } });
      onDone?.();
    },
  });
  return {
    remove: () => remove.mutate(request),
    undelete: () => undelete.mutate(request),
    removing: remove.isPending,
    undeleting: undelete.isPending,
    error: remove.error,
  };
}
