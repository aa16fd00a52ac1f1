import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { type User, UserService } from "../../api/schema.ts";
import { useAccountId } from "../../session/account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TextInput } from "../../ui/field.tsx";
import { FormProblem, Notice } from "../../ui/states.tsx";
import { nameOf } from "../user-names.ts";
import { showReceipt } from "./receipts.tsx";

/** Erases a user for good, once what it is known by has been typed, and shows the receipt. */
export function PurgeUser({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const accountId = useAccountId();
  const [typed, setTyped] = useState("");
  const purge = useMutation(UserService.method.purgeUser, {
    onSuccess({ receipt }) {
      if (receipt) showReceipt({ name: nameOf(user), receipt });
      onClose();
    },
  });
  const phrase = user.email || user.externalId || user.id;
  const submit = () => {
    if (typed.trim() === phrase) purge.mutate({ accountId, id: user.id });
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="danger" icon="trash" busy={purge.isPending} disabled={typed.trim() !== phrase}>
        Erase for good
      </Button>
    </>
  );
  return (
    <Dialog title={`Erase ${nameOf(user)} for good`} onClose={onClose} onSubmit={submit} actions={actions}>
      {purge.error && <FormProblem error={purge.error} />}
      <Notice tone="bad" icon="warning">
        The user, its sessions, its API keys, its change history and every remembered answer are erased. Nobody can bring
        them back. Audit entries stay, under a pseudonym.
      </Notice>
      <Field label={`Type ${phrase} to go on`}>
        {(control) => (
          <TextInput {...control} className="mono" value={typed} onChange={(event) => setTyped(event.target.value)} />
        )}
      </Field>
    </Dialog>
  );
}
