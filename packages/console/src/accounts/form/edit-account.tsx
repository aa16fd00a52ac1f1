import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { problemOf } from "../../api/problem.ts";
import { type Account, AccountService } from "../../api/schema.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormProblem } from "../../ui/states.tsx";
import { tell } from "../../ui/toasts.tsx";
import { accountName } from "../account-names.ts";
import { accountValues, changedAccountPaths, isWhole, toAccountDraft } from "./account-draft.ts";
import { AccountForm } from "./account-form.tsx";
import { SchemaSurvey } from "./schema-survey.tsx";

/** Edits an account. A schema that users break is set only once that is known, and wanted. */
export function EditAccount({ account, onClose }: { readonly account: Account; readonly onClose: () => void }) {
  const refresh = useRefresh(AccountService);
  const [base] = useState(account);
  const [draft, setDraft] = useState(() => toAccountDraft(account));
  const update = useMutation(AccountService.method.updateAccount, {
    onSuccess({ account: saved }) {
      tell({ text: `${saved ? accountName(saved) : "The account"} was saved` });
      onClose();
      return refresh();
    },
  });
  const paths = changedAccountPaths(toAccountDraft(base), draft);
  const request = () => ({
    accountId: base.id,
    account: { ...accountValues(draft), etag: base.etag },
    updateMask: { paths },
  });
  const submit = () => {
    if (paths.length === 0) onClose();
    else if (isWhole(draft)) update.mutate(request());
  };
  const broken = update.error !== null && problemOf(update.error).reason === "METADATA_RULE_BROKEN";
  const edit = (next: typeof draft) => {
    setDraft(next);
    if (broken) update.reset();
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      {broken && (
        <Button
          look="danger"
          busy={update.isPending}
          onClick={() => isWhole(draft) && update.mutate({ ...request(), force: true })}
        >
          Save all the same
        </Button>
      )}
      <Button type="submit" look="primary" busy={update.isPending}>
        Save
      </Button>
    </>
  );
  return (
    <Dialog title={`Edit ${accountName(base)}`} wide onClose={onClose} onSubmit={submit} actions={actions}>
      {update.error && <FormProblem error={update.error} />}
      <AccountForm
        draft={draft}
        onChange={edit}
        problems={update.error && !broken ? problemOf(update.error).fields : []}
        isNew={false}
      />
      {draft.schema.trim() !== "" && isWhole(draft) && <SchemaSurvey accountId={base.id} schema={draft.schema} />}
    </Dialog>
  );
}
