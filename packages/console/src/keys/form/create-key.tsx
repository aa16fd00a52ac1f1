import { useMutation } from "@connectrpc/connect-query";
import { useState } from "react";
import { problemOf } from "../../api/problem.ts";
import { ApiKeyService } from "../../api/schema.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { useAccountId } from "../../session/account.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FormProblem } from "../../ui/states.tsx";
import { Secret } from "../secret.tsx";
import { EMPTY_KEY, keyValues } from "./key-draft.ts";
import { KeyForm } from "./key-form.tsx";

/** Creates a key, and shows its secret. */
export function CreateKey({ onClose }: { readonly onClose: () => void }) {
  const accountId = useAccountId();
  const refresh = useRefresh(ApiKeyService);
  const [draft, setDraft] = useState(EMPTY_KEY);
  const create = useMutation(ApiKeyService.method.createApiKey, { onSuccess: () => void refresh() });
  if (create.data !== undefined) {
    return <Secret title={`${draft.displayName.trim()} was created`} secret={create.data.secret} onClose={onClose} />;
  }
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button type="submit" look="primary" busy={create.isPending}>
        Create key
      </Button>
    </>
  );
  const submit = () => create.mutate({ accountId, apiKey: keyValues(draft) });
  return (
    <Dialog title="Create key" wide onClose={onClose} onSubmit={submit} actions={actions}>
      {create.error && <FormProblem error={create.error} />}
      <KeyForm draft={draft} onChange={setDraft} problems={create.error ? problemOf(create.error).fields : []} isNew />
    </Dialog>
  );
}
