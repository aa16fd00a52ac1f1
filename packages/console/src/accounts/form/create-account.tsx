import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { problemOf } from "../../api/problem.ts";
import { AccountService } from "../../api/schema.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { navigate } from "../../router/route.ts";
import { useHref } from "../../session/account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormProblem } from "../../ui/states.tsx";
import { tell } from "../../ui/toasts.tsx";
import { accountName } from "../account-names.ts";
import { accountValues, EMPTY_ACCOUNT, isWhole } from "./account-draft.ts";
import { AccountForm } from "./account-form.tsx";

export function CreateAccount({ onClose }: { readonly onClose: () => void }) {
  const href = useHref();
  const refresh = useRefresh(AccountService);
  const [draft, setDraft] = useState(EMPTY_ACCOUNT);
  const create = useMutation(AccountService.method.createAccount, {
    onSuccess({ account }) {
      if (account === undefined) return;
      tell({ text: `${accountName(account)} was created` });
      onClose();
      navigate(href(["accounts", account.id]));
      return refresh();
    },
  });
  const submit = () => {
    if (isWhole(draft)) create.mutate({ account: accountValues(draft) });
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="primary" busy={create.isPending}>
        Create account
      </Button>
    </>
  );
  return (
    <Dialog title="Create account" wide onClose={onClose} onSubmit={submit} actions={actions}>
      {create.error && <FormProblem error={create.error} />}
      <AccountForm draft={draft} onChange={setDraft} problems={create.error ? problemOf(create.error).fields : []} isNew />
    </Dialog>
  );
}
