import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { problemOf } from "../../api/problem.ts";
import { type ApiKey, ApiKeyService } from "../../api/schema.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { useAccountId } from "../../session/account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormProblem } from "../../ui/states.tsx";
import { tell } from "../../ui/toasts.tsx";
import { changedKeyPaths, keyValues, toKeyDraft } from "./key-draft.ts";
import { KeyForm } from "./key-form.tsx";

/** Changes the name, the end and the limits of a key. */
export function EditKey({ apiKey, onClose }: { readonly apiKey: ApiKey; readonly onClose: () => void }) {
  const accountId = useAccountId();
  const refresh = useRefresh(ApiKeyService);
  const [base] = useState(() => toKeyDraft(apiKey));
  const [draft, setDraft] = useState(base);
  const update = useMutation(ApiKeyService.method.updateApiKey, {
    onSuccess() {
      tell({ text: `${draft.displayName.trim()} was saved` });
      onClose();
      return refresh();
    },
  });
  const submit = () => {
    const paths = changedKeyPaths(base, draft);
    if (paths.length === 0) onClose();
    else update.mutate({ accountId, apiKey: { ...keyValues(draft), id: apiKey.id }, updateMask: { paths } });
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="primary" busy={update.isPending}>
        Save
      </Button>
    </>
  );
  return (
    <Dialog title={`Edit ${apiKey.displayName}`} wide onClose={onClose} onSubmit={submit} actions={actions}>
      {update.error && <FormProblem error={update.error} />}
      <KeyForm
        draft={draft}
        onChange={setDraft}
        problems={update.error ? problemOf(update.error).fields : []}
        isNew={false}
      />
    </Dialog>
  );
}
