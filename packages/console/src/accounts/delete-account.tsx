import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { type Account, AccountService } from "../api/schema.ts";
import { useRefresh } from "../api/use-refresh.ts";
import { hashOf, navigate } from "../router/route.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field, TextInput } from "../ui/field.tsx";
import { FormProblem, Notice } from "../ui/states.tsx";
import { tell } from "../ui/toasts.tsx";
import { useUserCount } from "../users/list/use-users.ts";
import { accountName } from "./account-names.ts";

/** Erases an account with all that is in it, once its slug has been typed. */
export function DeleteAccount({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) {
  const refresh = useRefresh(AccountService);
  const [typed, setTyped] = useState("");
  const { text: count } = useUserCount({ accountId: account.id, query: "", filter: "", showDeleted: true });
  const phrase = account.slug || account.id;
  const ready = typed.trim() === phrase;
  const remove = useMutation(AccountService.method.deleteAccount, {
    onSuccess() {
      tell({ text: `${accountName(account)} was deleted for good` });
      onClose();
      // The account is in view no longer, if it was.
      navigate(hashOf(["accounts"]), { replace: true });
      return refresh();
    },
  });
  const submit = () => {
    if (ready) remove.mutate({ accountId: account.id, etag: account.etag, force: true });
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="danger" icon="trash" busy={remove.isPending} disabled={!ready}>
        Delete for good
      </Button>
    </>
  );
  return (
    <Dialog title={`Delete ${accountName(account)} for good`} onClose={onClose} onSubmit={submit} actions={actions}>
      {remove.error && <FormProblem error={remove.error} />}
      <Notice tone="bad" icon="warning">
        The account is erased with all that is in it: {count || "its"} {count === "1" ? "user" : "users"}, deleted ones
        included, their sessions, API keys and history, and its audit log. Nobody can bring it back.
      </Notice>
      <Field label={`Type ${phrase} to go on`}>
        {(control) => (
          <TextInput {...control} className="mono" value={typed} onChange={(event) => setTyped(event.target.value)} />
        )}
      </Field>
    </Dialog>
  );
}
